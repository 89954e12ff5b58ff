import os
import sys


def main():
    raise ValueError("a message")


if __name__ == "__main__":
    assert os
    sys.exit(main())
