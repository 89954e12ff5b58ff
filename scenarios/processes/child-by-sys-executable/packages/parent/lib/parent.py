import subprocess
import sys

NAME = "the packages are there"


def main():
    command = [sys.executable, "-c", "import parent; print(parent.NAME)"]
    for how in ({}, {"env": {}}, {"cwd": "/"}, {"env": {}, "cwd": "/"}):
        print("%s: %s" % (sorted(how), subprocess.check_output(command, **how).decode().strip()))
