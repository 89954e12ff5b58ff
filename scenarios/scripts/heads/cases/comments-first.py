#!python
# Copyright: nobody.
#
# This file is in the public domain.

import lantern
print((lantern.LIGHT, __doc__))
