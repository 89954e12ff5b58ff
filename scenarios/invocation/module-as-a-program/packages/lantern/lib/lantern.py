import os
import sys

LIGHT = "on"

if __name__ == "__main__":
    print(os.path.dirname(sys.argv[0]))
    print(sys.argv[1:])
