import sys

import lantern
import parts

print(sys.argv)
print(sys.path[0])
print(parts.NAME)
print(lantern.LIGHT)
