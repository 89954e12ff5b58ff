import os
import subprocess

QUESTION = """
try:
    import asker
    print("this package is there")
except ImportError:
    print("this package is not there")
"""


def main():
    print("PATH is " + os.environ["PATH"])
    print(subprocess.check_output(["other-python", "-c", QUESTION]).decode().strip())
