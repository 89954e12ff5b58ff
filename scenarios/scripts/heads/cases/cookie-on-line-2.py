#!python
# -*- coding: latin-1 -*-
import lantern
print((lantern.LIGHT, len(u"café"), ord(u"é")))
