import os
import sys


def main():
    sys.stdout.flush()
    if os.fork() == 0:
        sys.exit(8)
    sys.exit(os.WEXITSTATUS(os.wait()[1]))


if __name__ == "__main__":
    assert os
    sys.exit(main())
