import sys

print("prefix      " + sys.prefix)
print("base_prefix " + sys.base_prefix)
