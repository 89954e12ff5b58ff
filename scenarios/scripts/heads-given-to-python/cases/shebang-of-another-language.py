#!/bin/false
import lantern
print((lantern.LIGHT, __doc__))
