import os
import sysconfig

makefile = sysconfig.get_makefile_filename()
header = sysconfig.get_config_h_filename()
print("%s %s" % (makefile, os.path.isfile(makefile)))
print("%s %s" % (header, os.path.isfile(header)))
with open(makefile) as lines:
    for line in lines:
        if line.split("=")[0].strip() in ("prefix", "exec_prefix"):
            print(line.strip())
