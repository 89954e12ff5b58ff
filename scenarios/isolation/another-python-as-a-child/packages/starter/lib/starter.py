import subprocess
import sys

CHILD = """
import sys
print(sys.prefix == sys.argv[1])
print(sys.executable == sys.argv[2])
try:
    import starter
except ImportError:
    print("no starter")
"""


def main():
    other = sys.argv[1]
    subprocess.check_call([other, "-c", CHILD, other.rsplit("/", 2)[0], other], cwd="/")
