import sys

import lantern

print("%s %s" % (sys.executable, sys.prefix))
print(lantern.LIGHT)
