import os
import sysconfig

NAMES = (
    "prefix", "exec_prefix", "base", "platbase", "installed_base", "installed_platbase",
    "BINDIR", "LIBDIR", "INCLUDEDIR", "LIBDEST", "DESTSHARED", "INCLUDEPY", "LIBPL",
)

for name in NAMES:
    path = sysconfig.get_config_var(name)
    print("%s %s %s" % (name, path, os.path.isdir(str(path))))
