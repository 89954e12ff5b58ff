import os
import sys


def main():
    import atexit

    atexit.register(sys.stdout.write, "at the end\n")
    sys.exit(6)


if __name__ == "__main__":
    assert os
    sys.exit(main())
