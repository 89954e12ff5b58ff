import sys


def main():
    print(sys.prefix)
