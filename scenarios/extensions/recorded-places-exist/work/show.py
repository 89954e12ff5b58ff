import os
import sysconfig

for name in "INCLUDEPY", "CONFINCLUDEPY", "LIBDIR", "LIBPL", "BINDIR", "LIBDEST":
    path = sysconfig.get_config_var(name)
    print("%s %s %s" % (name, path, os.path.isdir(path)))
print(os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h")))
print(os.path.isfile(sysconfig.get_config_h_filename()))
print(os.path.isfile(sysconfig.get_makefile_filename()))
