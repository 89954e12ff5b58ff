#!python
from __future__ import division as _division, absolute_import as _absolute
import lantern
print((lantern.LIGHT, 1 / 2))
