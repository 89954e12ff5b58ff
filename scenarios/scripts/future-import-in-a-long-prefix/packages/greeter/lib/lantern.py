import sys

LIGHT = "on"


def main():
    print((sys.argv[1:], LIGHT))
    print(sys.prefix)
