import words


def main():
    print(words.HELLO)
