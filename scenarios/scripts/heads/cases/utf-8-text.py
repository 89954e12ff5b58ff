#!python
# coding: utf-8
"""Grüße."""
import lantern
print((lantern.LIGHT, len(u"Grüße"), __doc__ is None))
