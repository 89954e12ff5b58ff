import os
import sys
import types

module = sys.modules.setdefault("shared", types.ModuleType("shared"))
folder = os.path.join(os.path.dirname(__file__), "shared")
path = module.__dict__.setdefault("__path__", [])
if folder not in path:
    path.append(folder)
