#!pythonw
import lantern
print((lantern.LIGHT, __doc__))
