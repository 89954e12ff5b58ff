import os
import sys

for name in ("prefix", "exec_prefix", "base_prefix", "base_exec_prefix"):
    print(name + " " + getattr(sys, name, "(none)"))
print("real_prefix " + repr(getattr(sys, "real_prefix", None)))
print("pyvenv.cfg " + repr(os.path.exists(os.path.join(sys.prefix, "pyvenv.cfg"))))
