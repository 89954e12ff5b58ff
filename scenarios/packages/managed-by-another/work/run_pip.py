"""Run the pip that comes with this Python, out of its wheel."""
import glob
import os
import runpy
import sys
import sysconfig

import ensurepip

# Distributions keep the wheel in a folder of their own.
folder = sysconfig.get_config_var("WHEEL_PKG_DIR")
folder = folder or os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")
sys.path.insert(0, sorted(glob.glob(os.path.join(folder, "pip-*.whl")))[-1])
runpy.run_module("pip", run_name="__main__", alter_sys=True)
