import signal
import subprocess
import sys

program = """
import os, signal
try:
    os.kill(os.getpid(), signal.SIGINT)
    signal.pause()
except KeyboardInterrupt:
    print("interrupted")
    raise SystemExit(5)
"""


def take_interrupts():
    # Whoever runs this in the background has told it to ignore them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


child = subprocess.Popen(
    [sys.executable, "-c", program], stdout=subprocess.PIPE, preexec_fn=take_interrupts
)
print(child.communicate()[0].decode().strip())
print(child.returncode)
