import sys

import lantern

print(sys.executable)
print(sys.prefix)
print(getattr(sys, "base_prefix", sys.prefix))
print(lantern.LIGHT)
