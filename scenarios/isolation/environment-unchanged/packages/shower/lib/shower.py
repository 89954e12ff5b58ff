import os


def main():
    print(sorted(os.environ.items()))
