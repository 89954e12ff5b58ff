import json

LIGHT = json.dumps("on")


def main():
    print(LIGHT)
