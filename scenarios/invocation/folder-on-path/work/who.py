import sys

import lantern

print(sys.executable)
print(sys.prefix)
print(lantern.LIGHT)
