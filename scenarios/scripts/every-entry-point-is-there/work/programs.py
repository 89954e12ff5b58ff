import importlib.metadata
import os
import subprocess
import sysconfig

for point in sorted(importlib.metadata.distribution("tools").entry_points):
    program = os.path.join(sysconfig.get_path("scripts"), point.name)
    print(program, subprocess.check_output([program]))
