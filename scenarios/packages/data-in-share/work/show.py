import os
import sysconfig

kernels = os.path.join(sysconfig.get_path("data"), "share", "kernels")
print(sorted(os.listdir(kernels)))
for name in "alpha", "beta":
    with open(os.path.join(kernels, name, name + ".json")) as file:
        print(file.read().strip())
