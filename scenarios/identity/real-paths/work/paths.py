"""Print where the files of this interpreter are once every link has been followed.

For CPython 2.7 and 3. Files of a kind lie together: their folders are told, each one once.
"""
import sys

import encodings
import os
import re
import sysconfig

import _ctypes


def real_folders(paths):
    folders = set(os.path.dirname(os.path.realpath(path)) for path in paths)
    return sorted(folders, key=lambda folder: folder.replace(sys.prefix, ""))


def tell(name, value):
    print("%s = %r" % (name, value))


tell("the executable", os.path.realpath(sys.executable))
tell("the running program", os.readlink("/proc/self/exe"))
for module in (os, encodings, _ctypes):
    tell("module %s" % module.__name__, os.path.realpath(module.__file__))
tell("Makefile", os.path.realpath(sysconfig.get_makefile_filename()))
tell("pyconfig.h", os.path.realpath(sysconfig.get_config_h_filename()))
for name, path in sorted(sysconfig.get_paths().items()):
    tell("path %s" % name, os.path.realpath(path))
for number, path in enumerate(sys.path[1:]):
    files = [os.path.join(path, one) for one in os.listdir(path)] if os.path.isdir(path) else []
    tell("entry %d" % number, os.path.realpath(path))
    tell("entry %d, files" % number, real_folders(file for file in files if os.path.isfile(file)))
    tell("entry %d, folders" % number, real_folders(file for file in files if os.path.isdir(file)))

# What else is mapped belongs to the system.
with open("/proc/self/maps") as lines:
    mapped = set(re.findall(r" (/.*/(?:libpython|lib-dynload/).*)", lines.read()))
for path in sorted(mapped, key=os.path.basename):
    tell("mapped %s" % os.path.basename(path), path)
