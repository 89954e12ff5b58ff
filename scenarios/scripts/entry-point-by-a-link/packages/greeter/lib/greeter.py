import sys


def main():
    print(sys.argv)
    print(sys.prefix)
