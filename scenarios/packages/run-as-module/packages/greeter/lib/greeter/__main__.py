import os
import sys

print("%s in package %s: %s" % (os.path.basename(sys.argv[0]), __package__, sys.argv[1:]))
print(os.path.dirname(sys.argv[0]))
