import sys

print(sys.prefix, sys.base_prefix, sys.executable)
try:
    import filelock
except ImportError:
    print("no packages")
else:
    print(filelock.__file__)
