import os
import sys


def main():
    return 2.5


if __name__ == "__main__":
    assert os
    sys.exit(main())
