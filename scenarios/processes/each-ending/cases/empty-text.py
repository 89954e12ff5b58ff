import os
import sys


def main():
    return ""


if __name__ == "__main__":
    assert os
    sys.exit(main())
