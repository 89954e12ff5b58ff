#!python
from __future__ import absolute_import, \
    division
import lantern
print((lantern.LIGHT, 1 / 2))
