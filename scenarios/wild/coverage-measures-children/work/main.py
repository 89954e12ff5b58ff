import subprocess
import sys

if len(sys.argv) > 1:
    print("child")
else:
    subprocess.check_call([sys.executable, "-m", "coverage", "run", "--parallel-mode", "main.py", "child"])
