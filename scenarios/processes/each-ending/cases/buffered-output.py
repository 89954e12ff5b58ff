import os
import sys


def main():
    sys.stdout.write("no line end")
    return 0


if __name__ == "__main__":
    assert os
    sys.exit(main())
