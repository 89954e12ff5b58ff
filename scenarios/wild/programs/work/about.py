"""Say what a distribution is, and import all that it brings."""

import importlib
import os
import re
import sys
import sysconfig
from importlib.metadata import distribution

one = distribution(sys.argv[1])
print(one.metadata["Name"], one.version, one.metadata["Requires-Python"])
print(sorted(one.requires or []))
for entry in sorted(one.entry_points):
    print(entry.group, entry.name, entry.value)

# A module is X.py, X.suffix.so or a folder X with an __init__.py, right in site-packages.
modules = set()
for file in one.files:
    top = str(file.parts[0])
    if os.path.dirname(str(file.locate())) == sysconfig.get_path("scripts"):
        print("program", file.name)
    elif re.fullmatch(r"\w+/__init__\.py|\w+\.py|\w+(\.[\w-]+)?\.so", str(file)):
        modules.add(top.split(".")[0])

imported = 0
for name in sorted(modules):
    try:
        module = importlib.import_module(name)
    except ImportError as error:  # of what one of the distribution's extras would bring
        print(name, error)
    else:
        imported += 1
        print(name, module.__file__)
sys.exit(not imported)
