from words import HELLO


def main():
    print(HELLO)
