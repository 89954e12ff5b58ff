#!python
import sys;import site;import functools
import lantern
print((lantern.LIGHT, sys.argv[1:], site.__name__, functools.__name__))
