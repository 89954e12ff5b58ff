#!python
import sys;import site;import functools;sys.argv[0] = 'greet';print(sys.argv)
import lantern
print((lantern.LIGHT, site.__name__, functools.__name__))
