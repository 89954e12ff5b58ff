import os
import sys


def main():
    return 0


if __name__ == "__main__":
    assert os
    sys.exit(main())
