import os
import sysconfig

names = os.listdir(sysconfig.get_path("purelib"))
print(sorted(name for name in names if name.startswith(("greeter", "words")) and name.endswith("info")))
