#!python
"""Light the lantern."""

from __future__ import division
import lantern
print((lantern.LIGHT, __doc__, 1 / 2))
