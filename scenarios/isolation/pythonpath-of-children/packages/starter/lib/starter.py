import subprocess
import sys


def main():
    return subprocess.call([sys.executable, "-c", "import lantern; print(lantern.LIGHT)"])


if __name__ == "__main__":
    sys.exit(main())
