#!python
# A comment.

# And one more.
from __future__ import division  # and a third
import lantern
print((lantern.LIGHT, 1 / 2))
