#!C:\Python\python.exe
import lantern
print((lantern.LIGHT, __doc__))
