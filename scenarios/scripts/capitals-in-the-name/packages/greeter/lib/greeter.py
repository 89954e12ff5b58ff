def hello():
    print("hello")


def everybody():
    print("hello, everybody")
