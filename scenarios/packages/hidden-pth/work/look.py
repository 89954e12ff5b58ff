import sys

print(getattr(sys, "hidden", "not read"))
print(sys.shown)
