import os
import sys


def main():
    raise GeneratorExit


if __name__ == "__main__":
    assert os
    sys.exit(main())
