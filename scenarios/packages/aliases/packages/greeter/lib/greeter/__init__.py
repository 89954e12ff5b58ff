import os
import sys


def main():
    print(os.path.basename(sys.argv[0]))
