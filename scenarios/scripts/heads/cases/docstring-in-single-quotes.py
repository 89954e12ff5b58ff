#!python
'Light the lantern.'
import lantern
print((lantern.LIGHT, __doc__))
