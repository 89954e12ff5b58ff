import sys

import lantern

print(sys.prefix)
print(lantern.LIGHT)
