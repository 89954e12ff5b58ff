import colorsys


def main():
    print(colorsys.rgb_to_hls(1, 1, 1))
