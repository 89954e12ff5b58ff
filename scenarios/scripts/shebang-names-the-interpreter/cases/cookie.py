#!@PYTHON@
# -*- coding: latin-1 -*-
import lantern
print((lantern.LIGHT, ord(u"é")))
