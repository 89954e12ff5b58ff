import os
import sys


def main():
    return "a message"


if __name__ == "__main__":
    assert os
    sys.exit(main())
