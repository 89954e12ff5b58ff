import os
import sys

here = os.getcwd()
print("executable  " + sys.executable)
print("prefix      " + sys.prefix)
print("base_prefix " + sys.base_prefix)
print("base        " + str(getattr(sys, "_base_executable", None)))
try:
    import greeter
except ImportError:
    print("no greeter")
else:
    print(greeter.__file__)
