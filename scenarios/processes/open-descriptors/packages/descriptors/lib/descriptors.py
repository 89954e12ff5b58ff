import os


def main():
    # A listing of /proc/self/fd would show the descriptor that it is read with.
    print([number for number in range(64) if is_open(number)])


def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False
