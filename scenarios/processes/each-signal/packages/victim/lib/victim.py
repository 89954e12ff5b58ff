import os
import signal
import sys
import time


def main():
    number = getattr(signal, "SIG" + sys.argv[1].upper())
    if sys.argv[2:] == ["handled"]:
        signal.signal(number, lambda *_: sys.exit(3))
    sys.stdout.write("before\n")
    sys.stdout.flush()
    os.kill(os.getpid(), number)
    time.sleep(0.01)
    sys.stdout.write("after\n")


if __name__ == "__main__":
    main()
