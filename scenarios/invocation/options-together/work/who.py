import sys

import lantern

print(sys.prefix)
print((sys.flags.no_user_site, sys.flags.ignore_environment, sys.flags.dont_write_bytecode))
print(lantern.LIGHT)
