import subprocess

subprocess.check_call("env | cut -d= -f1 | grep -e PYTHON -e ^LD_ || echo none", shell=True)
