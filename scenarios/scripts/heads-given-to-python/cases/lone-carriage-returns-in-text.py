import lantern
print((lantern.LIGHT, """onetwo""".splitlines()))
