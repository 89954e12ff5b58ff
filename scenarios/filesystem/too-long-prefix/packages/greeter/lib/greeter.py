import sys


def main():
    print("hello " + " ".join(sys.argv[1:]))


if __name__ == "__main__":
    main()
