@start this file with Python
import lantern
print(lantern.LIGHT)
