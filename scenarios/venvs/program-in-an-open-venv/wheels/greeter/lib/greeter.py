import lantern


def main():
    print("hello, the lantern is " + lantern.LIGHT)
