import sys


def main():
    print(sys.argv)
    print(sys.prefix)
    if "--fail" in sys.argv:
        return sys.argv[2]
    return 7 if "--status" in sys.argv else 0
