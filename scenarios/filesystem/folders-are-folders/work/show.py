import os
import sysconfig

# os.walk, like most tools, does not enter folders that are links.
share = os.path.join(sysconfig.get_path("data"), "share")
for top in sysconfig.get_path("purelib"), share:
    for where, folders, files in os.walk(top):
        folders.sort()
        for name in sorted(files):
            if name.endswith(".words"):
                print(os.path.relpath(os.path.join(where, name), top))
