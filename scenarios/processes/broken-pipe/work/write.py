import errno
import os
import select
import sys

# Wait until the other end is closed; what is written before that is not an error.
poll = select.poll()
poll.register(1, select.POLLERR)
poll.poll(10000)
try:
    os.write(1, b"x")
except (IOError, OSError) as error:
    sys.stderr.write(errno.errorcode[error.errno] + "\n")
