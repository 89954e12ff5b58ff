#!python
U"""Light the lantern."""
from __future__ import division
import lantern
print((lantern.LIGHT, __doc__ == u"Light the lantern.", 1 / 2))
