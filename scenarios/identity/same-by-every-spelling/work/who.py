import sys

import lantern

print(sys.prefix)
print(sys.exec_prefix)
print(lantern.LIGHT)
