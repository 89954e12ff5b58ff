#!python
if True:
    import lantern
    print((lantern.LIGHT, __doc__))
