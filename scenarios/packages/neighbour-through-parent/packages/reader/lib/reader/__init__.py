import os


def neighbour():
    folder = os.path.dirname(__file__)
    with open(os.path.join(folder, "..", "words", "hello.txt")) as file:
        return file.read().strip()
