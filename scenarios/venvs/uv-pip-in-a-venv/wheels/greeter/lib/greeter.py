import sys


def main():
    print("hello from " + sys.prefix)
