#!python
import lantern
import os
import sys
print((lantern.LIGHT, os.sep, sys.argv[1:]))
