# execve(2) itself, without a shell that would read a program it refuses as its own script.
import os
import subprocess
import sysconfig

for name in "greet", "wave":
    print(subprocess.call([os.path.join(sysconfig.get_path("scripts"), name), "Ada"]))
