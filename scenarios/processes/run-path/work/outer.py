import os
import runpy
import sysconfig

found = runpy.run_path(os.path.join(sysconfig.get_path("scripts"), "speak"), run_name="guest")
print(found["word"])
