import site
import sys
import sysconfig

print(site.PREFIXES)
print(site.getsitepackages())
print([path for path in sys.path[1:] if path.endswith("-packages")])
print(sysconfig.get_path("purelib") == site.getsitepackages()[0])
