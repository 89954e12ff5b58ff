#!python
import lantern
print((lantern.LIGHT, len(u"é")))
