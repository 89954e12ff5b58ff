"""Tell what a bare oracle is made of; run by the interpreter under test, from 2.7 to 3.15.

The text of ``-c`` in the sandbox, without options, so that site and what it calls run as they do
for everybody. Imports the standard library alone and prints one JSON object:

    prefix   sys.prefix
    base     sys.base_prefix (sys.prefix where that is missing)
    path     sys.path, but for the entry that -c puts first
    found    names in the folders of site.getsitepackages()
    custom   files of sitecustomize and usercustomize, if they were imported
    modules  files of all other modules that are loaded at the start
    frozen   modules whose file is not what was frozen into the executable at its build
"""

import sys

# Before this file imports anything of its own.
LOADED = dict((name, getattr(module, "__file__", None)) for name, module in sys.modules.items())  # noqa: C402

import json  # noqa: E402
import os  # noqa: E402
import site  # noqa: E402

CUSTOM = ("sitecustomize", "usercustomize")

#: What is frozen into every CPython 3, by the name that its file has.
BOOTSTRAP = {
    "_frozen_importlib": "importlib._bootstrap",
    "_frozen_importlib_external": "importlib._bootstrap_external",
    "zipimport": "zipimport",
}


def source_of(name):
    """Return the file of module *name* in the standard library, or None."""
    folder = os.path.dirname(os.__file__)
    stem = os.path.join(folder, *name.split("."))
    for path in (stem + ".py", os.path.join(stem, "__init__.py")):
        if os.path.isfile(path):
            return path
    return None


def shape(value):
    """Return what *value*, a code object or a constant in one, says, in a form to compare.

    A deep-frozen module (3.11 and 3.12) has sorted tuples where the compiler makes frozensets.
    """
    if hasattr(value, "co_code"):
        parts = ("co_code", "co_names", "co_varnames", "co_firstlineno", "co_flags", "co_consts")
        return tuple(shape(getattr(value, part)) for part in parts)
    if isinstance(value, frozenset):
        value = tuple(sorted(value, key=repr))
    if isinstance(value, tuple):
        return tuple(shape(one) for one in value)
    return (type(value).__name__, value)


def differing():
    """Return names of modules whose source compiles to something else than what is frozen."""
    try:
        import _imp
    except ImportError:  # Python 2.7 freezes nothing of its library
        return []
    names = dict(BOOTSTRAP)
    if hasattr(_imp, "_frozen_module_names"):  # 3.11 and newer
        names.update((name, name) for name in _imp._frozen_module_names() if "hello" not in name)
    found = []
    for name, called in sorted(names.items()):
        path = source_of(called)
        if path is None or not _imp.is_frozen(name):
            continue
        with open(path, "rb") as file:
            source = file.read()
        try:
            code = compile(source, path, "exec", dont_inherit=True, optimize=0)
        except SyntaxError:
            code = None
        if code is None or shape(code) != shape(_imp.get_frozen_object(name)):
            found.append(called)
    return sorted(set(found))


def facts():
    """Return everything the module's docstring promises."""
    return {
        "prefix": sys.prefix,
        "base": getattr(sys, "base_prefix", sys.prefix),
        "path": sys.path[1:],
        "found": [
            name
            for place in site.getsitepackages()
            if os.path.isdir(place)
            for name in os.listdir(place)
        ],
        "custom": [LOADED[name] for name in CUSTOM if LOADED.get(name)],
        "modules": sorted(
            path
            for name, path in LOADED.items()
            if path and name not in CUSTOM and name != "__main__"
        ),
        "frozen": differing(),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(facts()) + "\n")
