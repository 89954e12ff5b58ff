import sys

print(sys.argv)
print(sys.path[0])
try:
    import facts
except ImportError:
    print("no packages")
else:
    facts.show()
