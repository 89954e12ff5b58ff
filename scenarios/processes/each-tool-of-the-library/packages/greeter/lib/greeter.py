"""Greets."""

import sys


def main():
    """Greet whom the command line names."""
    print("hello " + " ".join(sys.argv[1:]))


if __name__ == "__main__":
    main()
