import colorsys
import site
import sys

import lantern

print(lantern.LIGHT)
print(hasattr(colorsys, "LIGHT"))
print(site.ENABLE_USER_SITE)
print(site.getusersitepackages() in sys.path)
