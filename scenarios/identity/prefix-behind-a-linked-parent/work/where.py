import os
import sys
import sysconfig

import lantern

print(sys.executable)
print(sys.prefix)
print(sysconfig.get_path("purelib"))
print(os.path.dirname(lantern.__file__))
