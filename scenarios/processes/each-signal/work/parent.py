"""Say how a child ended, as wait(2) tells it."""
import resource
import subprocess
import sys

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
program = sys.argv[1:]
child = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
out, err = child.communicate()
print(out.decode(), err.decode().splitlines()[-1:], child.returncode)
