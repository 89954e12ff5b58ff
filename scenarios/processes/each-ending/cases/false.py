import os
import sys


def main():
    return False


if __name__ == "__main__":
    assert os
    sys.exit(main())
