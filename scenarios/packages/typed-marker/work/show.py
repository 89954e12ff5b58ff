import os
import site

for folder in site.getsitepackages():
    if os.path.isfile(os.path.join(folder, "greeter", "py.typed")):
        print("typed, in " + folder)
