import sys


def announce():
    sys.stdout.write("the hook runs\n")


def main():
    print("the program runs")
