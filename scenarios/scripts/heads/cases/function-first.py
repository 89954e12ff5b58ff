#!python
def light():
    """Not the program's docstring."""
    import lantern
    return lantern.LIGHT
print((light(), __doc__))
