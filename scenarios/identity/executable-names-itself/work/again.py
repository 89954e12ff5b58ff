import subprocess
import sys

print(sys.executable)
sys.stdout.flush()
child = "import sys, lantern; print(sys.executable); print(lantern.LIGHT)"
subprocess.check_call([sys.executable, "-c", child])
subprocess.check_call([sys.executable, "-c", child], env={}, cwd="/")
