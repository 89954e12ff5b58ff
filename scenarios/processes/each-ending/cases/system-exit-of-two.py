import os
import sys


def main():
    raise SystemExit(1, 2)


if __name__ == "__main__":
    assert os
    sys.exit(main())
