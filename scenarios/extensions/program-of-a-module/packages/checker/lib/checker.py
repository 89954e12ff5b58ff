import os
import subprocess
import sys
import sysconfig

program = os.path.join(sysconfig.get_path("scripts"), "check")
sys.exit(subprocess.call([program, "it"]))
