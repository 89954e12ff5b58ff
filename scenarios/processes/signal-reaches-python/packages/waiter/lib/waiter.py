import os
import signal
import sys
import time


def stop(number, frame):
    print("asked to stop")
    sys.stdout.flush()
    os._exit(9)


def main():
    signal.signal(signal.SIGTERM, stop)
    with open(sys.argv[1], "w") as pipe:
        pipe.write("ready\n")
    for _ in range(300):
        time.sleep(0.1)
