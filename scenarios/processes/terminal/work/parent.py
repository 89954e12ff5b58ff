import os
import pty
import sys

code = "import os, sys; print(sys.stdin.isatty(), sys.stdout.isatty(), os.getpgrp() == os.tcgetpgrp(0))"
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.executable, [sys.executable, "-c", code])
said = b""
while b"\n" not in said:
    said += os.read(terminal, 1000)
print(said.decode().strip(), os.waitpid(child, 0)[1])
