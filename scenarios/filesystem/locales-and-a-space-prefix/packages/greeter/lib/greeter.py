import os
import sys


def main():
    name = os.path.basename(sys.argv[0])
    home = os.path.dirname(os.path.dirname(sys.executable))
    print(name, sys.argv[1:], sys.prefix == home, __file__.startswith(home))
    print(sys.getfilesystemencoding(), sys.stdout.encoding)


if __name__ == "__main__":
    main()
