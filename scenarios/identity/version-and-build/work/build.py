import sys
import sysconfig

print(sys.version)
print(sys.hexversion)
print(getattr(getattr(sys, "implementation", None), "cache_tag", None))
print(getattr(sys, "abiflags", None))
print(sysconfig.get_config_var("EXT_SUFFIX") or sysconfig.get_config_var("SO"))
