import sys

import greeter

print(sys.prefix)
print(sys.base_prefix if hasattr(sys, "base_prefix") else sys.prefix)
print(greeter.__file__)
