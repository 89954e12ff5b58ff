import os
import sys

NAME = "the greeter"


def main():
    print(sys.argv[1:])
    print(os.path.join(sys.prefix, "bin"))
