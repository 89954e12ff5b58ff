import os
import sys

import lantern

print(os.path.abspath(sys.executable))
print(os.path.abspath(sys.prefix))
print(lantern.LIGHT)
