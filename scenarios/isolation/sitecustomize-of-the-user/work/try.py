import sys

try:
    import lantern
except ImportError:
    print("no lantern")
else:
    print("lantern " + lantern.LIGHT)
print(sys.prefix)
