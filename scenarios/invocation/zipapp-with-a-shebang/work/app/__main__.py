import sys

import lantern

print(sys.argv)
print(sys.prefix)
print(lantern.LIGHT)
