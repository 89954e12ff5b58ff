import os
import sys


def main():
    os._exit(5)


if __name__ == "__main__":
    assert os
    sys.exit(main())
