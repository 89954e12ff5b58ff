import sys
import venvmaker

print("prefix      " + sys.prefix)
print("base_prefix " + sys.base_prefix)
print(venvmaker.NAME)
