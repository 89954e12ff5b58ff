import sysconfig

for name in "stdlib", "platstdlib", "purelib", "platlib", "include", "scripts", "data":
    print(name.ljust(12) + sysconfig.get_path(name))
for name in "installed_base", "base", "INCLUDEPY", "BINDIR", "LIBDIR":
    print(name.ljust(16) + sysconfig.get_config_var(name))
