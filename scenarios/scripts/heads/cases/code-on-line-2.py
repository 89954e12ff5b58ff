#!python
import sys, os, lantern
print((lantern.LIGHT, os.sep, sys.argv[1:], __doc__))
