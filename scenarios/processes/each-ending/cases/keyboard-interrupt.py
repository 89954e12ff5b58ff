import os
import sys


def main():
    raise KeyboardInterrupt


if __name__ == "__main__":
    assert os
    sys.exit(main())
