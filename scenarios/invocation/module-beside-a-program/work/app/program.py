import lantern

print(lantern.LIGHT)
