import os
import sys


def main():
    os.close(1)
    return 0


if __name__ == "__main__":
    assert os
    sys.exit(main())
