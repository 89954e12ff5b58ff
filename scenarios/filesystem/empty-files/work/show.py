import os
import greeter
import greeter.empty

folder = os.path.dirname(greeter.__file__)
for name in "__init__.py", "empty.py", "py.typed":
    print("%s has %d bytes" % (name, os.path.getsize(os.path.join(folder, name))))
