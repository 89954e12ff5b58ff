import os

import _ctypes
import encodings
import json

for module in (os, json, encodings, _ctypes):
    print("%s %s" % (module.__name__, os.path.dirname(module.__file__)))
