import atexit
import sys


def main():
    atexit.register(print_goodbye)
    if len(sys.argv) > 1:
        return int(sys.argv[1])
    return "no number"


def print_goodbye():
    sys.stdout.write("goodbye\n")
