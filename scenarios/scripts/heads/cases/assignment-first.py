#!python
TEXT = """
from __future__ import braces
import lantern_that_is_not_there
"""
import lantern
print((lantern.LIGHT, __doc__, len(TEXT)))
