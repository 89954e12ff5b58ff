import sys
import sysconfig

for name, path in sorted(sysconfig.get_paths().items()):
    print(name + " " + path)
print("purelib is on sys.path: %s" % (sysconfig.get_path("purelib") in sys.path))
