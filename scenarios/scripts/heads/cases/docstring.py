#!python
"""Light the lantern.

from __future__ import braces
"""
import lantern
print((lantern.LIGHT, __doc__))
