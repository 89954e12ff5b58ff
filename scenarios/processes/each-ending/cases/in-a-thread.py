import os
import sys


def main():
    import threading

    thread = threading.Thread(target=sys.exit, args=(4,))
    thread.start()
    thread.join()


if __name__ == "__main__":
    assert os
    sys.exit(main())
