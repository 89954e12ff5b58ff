import os
import sys


def main():
    print("%s %s" % (os.path.basename(sys.argv[0]), sys.argv[1:]))
    sys.stdout.flush()
    if "SERVER_CHILD" not in os.environ:
        os.environ["SERVER_CHILD"] = "1"
        os.execv(sys.executable, [sys.executable] + sys.argv)


if __name__ == "__main__":
    main()
