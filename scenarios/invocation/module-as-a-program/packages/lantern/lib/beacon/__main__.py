import os
import sys

print(__package__)
print(os.path.basename(os.path.dirname(sys.argv[0])))
