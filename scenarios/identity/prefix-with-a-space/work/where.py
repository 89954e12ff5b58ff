import sys
import sysconfig

import lantern

print(sys.executable)
print(sys.prefix)
print(sysconfig.get_path("scripts"))
print(lantern.LIGHT)
