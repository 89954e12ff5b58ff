#!python
# Part one.

from __future__ import division
import lantern
print((lantern.LIGHT, 1 / 2))
