import sysconfig

var = sysconfig.get_config_var
print("-I%s -L%s -Wl,-rpath,%s" % (sysconfig.get_path("include"), var("LIBDIR"), var("LIBDIR")))
print("-lpython" + (var("LDVERSION") or var("VERSION")))
