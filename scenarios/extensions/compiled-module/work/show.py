import os
import sysconfig

import fastmath
from fastmath import _speedups

suffix = sysconfig.get_config_var("EXT_SUFFIX") or sysconfig.get_config_var("SO")
print(fastmath.twice(21))
print(os.path.basename(_speedups.__file__) == "_speedups" + suffix)
print(os.path.dirname(_speedups.__file__) == os.path.dirname(fastmath.__file__))
