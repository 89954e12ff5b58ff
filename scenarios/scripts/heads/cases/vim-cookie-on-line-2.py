#!python
# vim: set fileencoding=iso8859-15 :
"""Prices in €."""
import lantern
print((lantern.LIGHT, ord(u"€"), len(__doc__)))
