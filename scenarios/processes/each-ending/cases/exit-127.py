import os
import sys


def main():
    sys.exit(127)


if __name__ == "__main__":
    assert os
    sys.exit(main())
