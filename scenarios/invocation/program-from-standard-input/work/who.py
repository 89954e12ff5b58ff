import sys

import lantern

print(sys.argv)
print(repr(sys.path[0]))
print(lantern.LIGHT)
