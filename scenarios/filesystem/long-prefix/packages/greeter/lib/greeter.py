import sys


def main():
    print("%s from %s" % (sys.argv[1:], sys.prefix))


if __name__ == "__main__":
    main()
