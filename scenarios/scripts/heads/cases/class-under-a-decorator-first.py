#!python
@staticmethod
def light(): import lantern; return lantern.LIGHT
print((type(light).__name__, __doc__))
