def greet():
    return "hello"


def main():
    print(greet())
