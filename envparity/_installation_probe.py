"""Tell what this Python says of itself; run by the Python that `envparity check` looks at.

Started as ``PYTHON -B _installation_probe.py MODULE...`` with nothing on standard input, from
CPython 2.7 to 3.15. It imports the standard library alone, writes nothing to disk, and prints one
line, a JSON object with these keys:

    version, prefix, exec_prefix, base_prefix, base_exec_prefix, executable, base_executable,
    abiflags                as in sys; null where this Python has none
    path                    sys.path without the probe's own folder
    flags                   sys.flags by name, as numbers
    environ                 os.environ
    customised              by name: the files of sitecustomize and usercustomize
    site_packages           site.getsitepackages(), [] where there is none
    user_site               site.ENABLE_USER_SITE
    paths, scheme_names     of sysconfig
    variables               sysconfig.get_config_vars() as far as they are texts
    makefile, config_h      sysconfig.get_makefile_filename() and get_config_h_filename()
    suffixes                what extension modules may end with
    magic                   the magic number of its bytecode in hexadecimal, and its cache tag
    modules                 by name: what is wrong with the import of each MODULE; "" if nothing is
    ensurepip               the folder of ensurepip's wheels; null without ensurepip
    libpython               the libpythonX.Y.so that was mapped at start; null if there is none
"""

import os
import sys

LIBPYTHON = None
if os.path.exists("/proc/self/maps"):
    with open("/proc/self/maps") as maps:
        for line in maps:
            fields = line.rstrip("\n").split(None, 5)
            name = os.path.basename(fields[5]) if len(fields) == 6 else ""
            if name.startswith("libpython") and "." in name.split(".so")[0]:
                LIBPYTHON = fields[5]
                break

del sys.path[0]

import json  # noqa: E402
import site  # noqa: E402
import sysconfig  # noqa: E402


def bytecode():
    """Return the magic number of bytecode, in hexadecimal, and the tag of its files."""
    try:
        from importlib.util import MAGIC_NUMBER
    except ImportError:  # Python 2
        import imp

        MAGIC_NUMBER = imp.get_magic()  # noqa: N806
    tag = getattr(getattr(sys, "implementation", None), "cache_tag", "")
    return "".join("%02x" % byte for byte in bytearray(MAGIC_NUMBER)), tag


def suffixes():
    """Return what the names of extension modules may end with."""
    try:
        from importlib.machinery import EXTENSION_SUFFIXES

        return EXTENSION_SUFFIXES
    except ImportError:  # Python 2
        return [".so", "module.so"]


def trouble(name):
    """Return what is wrong with the import of a module."""
    try:
        __import__(name)
    except Exception as error:  # whatever it is, it is reported
        return "%s: %s" % (type(error).__name__, error)
    return ""


def wheels():
    """Return where ensurepip has its wheels."""
    try:
        import ensurepip
    except ImportError:
        return None
    folder = os.path.join(os.path.dirname(os.path.abspath(ensurepip.__file__)), "_bundled")
    return sysconfig.get_config_var("WHEEL_PKG_DIR") or folder


def facts(modules):
    """Return everything the module's docstring promises."""
    custom = {}
    for name in ("sitecustomize", "usercustomize"):
        if name in sys.modules:
            custom[name] = getattr(sys.modules[name], "__file__", None)
    variables = sysconfig.get_config_vars()
    flags = {
        name: int(getattr(sys.flags, name))
        for name in dir(sys.flags)
        if isinstance(getattr(sys.flags, name), int) and name[:2] != "n_"
    }
    base = getattr(sys, "real_prefix", getattr(sys, "base_prefix", sys.prefix))
    return {
        "version": sys.version.split()[0],
        "prefix": sys.prefix,
        "exec_prefix": sys.exec_prefix,
        "base_prefix": base,
        "base_exec_prefix": getattr(sys, "base_exec_prefix", base),
        "executable": sys.executable,
        "base_executable": getattr(sys, "_base_executable", None),
        "abiflags": getattr(sys, "abiflags", ""),
        "path": sys.path,
        "flags": flags,
        "environ": dict(os.environ),
        "customised": custom,
        "site_packages": site.getsitepackages() if hasattr(site, "getsitepackages") else [],
        "user_site": site.ENABLE_USER_SITE,
        "paths": sysconfig.get_paths(),
        "scheme_names": list(sysconfig.get_scheme_names()),
        "variables": {k: v for k, v in variables.items() if isinstance(v, str)},
        "makefile": (sysconfig.get_makefile_filename() if hasattr(
            sysconfig, "get_makefile_filename") else None),
        "config_h": sysconfig.get_config_h_filename(),
        "suffixes": suffixes(),
        "magic": bytecode(),
        "modules": {name: trouble(name) for name in modules},
        "ensurepip": wheels(),
        "libpython": LIBPYTHON,
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(facts(sys.argv[1:]), sort_keys=True) + "\n")
