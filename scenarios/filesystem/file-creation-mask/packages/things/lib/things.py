import os
import sys


def main():
    os.mkdir(sys.argv[1])
    open(os.path.join(sys.argv[1], "file"), "w").close()
