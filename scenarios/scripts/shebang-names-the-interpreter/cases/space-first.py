#! @PYTHON@
import sys
import lantern
print((lantern.LIGHT, sys.flags.no_user_site, sys.flags.ignore_environment, sys.flags.optimize))
print(sys.prefix)
