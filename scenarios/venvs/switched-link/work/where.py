import sys

import greeter

print("prefix      " + sys.prefix)
print("base_prefix " + sys.base_prefix)
print(greeter.greet())
