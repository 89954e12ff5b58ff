#!python
import lantern; print(lantern.LIGHT)