import lantern


def main():
    print(lantern.LIGHT)
