import sys

print("%d.%d of %s in %s" % (sys.version_info[:2] + (sys.base_prefix, sys.prefix)))
