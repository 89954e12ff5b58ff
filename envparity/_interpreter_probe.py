"""Tell what this interpreter is; run by the interpreter itself, from CPython 2.7 to 3.15.

Started by envparity as ``PYTHON -E -s -B _interpreter_probe.py`` in a clean environment,
with nothing on standard input. It imports the standard library alone, must parse on
Python 2.7, writes nothing to disk, and prints one line, a JSON object with these keys:

    protocol        1
    executable      sys.executable
    version         "3.12.1", as platform.python_version() has it
    implementation  sys.implementation.name, "cpython" where that is missing
    prefix          sys.prefix
    base_prefix     sys.base_prefix (sys.real_prefix in virtualenvs of old)
    libpython       path of the libpythonX.Y that was mapped at start, or null
    debian_layout   whether sysconfig has one of Debian's schemes
    free_threaded   whether it was built without the GIL (PEP 703)
    abiflags        sys.abiflags, "" where that is missing
    paths           sysconfig.get_paths() of the default scheme
    site_packages   site.getsitepackages()
    config_vars     a few of sysconfig.get_config_vars(), as strings; unset ones are left out
                    (EXT_SUFFIX is what Python 2.7 calls SO)
    has_ensurepip   whether the standard library has ensurepip
    has_venv        whether the standard library has venv

Exit status 0; anything else, or anything else as the last line, is a broken interpreter.

-E and -s are what -I consists of, together with a sys.path without the script's own
directory; Python 2.7 has no -I, so the third part is done here, for all versions alike.
"""

import os
import sys

# First, before any import can map a libpython that the executable itself does not need.
LIBPYTHON = None
if os.path.exists("/proc/self/maps"):
    with open("/proc/self/maps") as maps:
        for line in maps:
            fields = line.rstrip("\n").split(None, 5)
            name = os.path.basename(fields[5]) if len(fields) == 6 else ""
            # libpython3.so is the stable ABI's forwarder, never the library itself.
            if name.startswith("libpython") and "." in name.split(".so")[0]:
                LIBPYTHON = fields[5]
                break

del sys.path[0]

import json  # noqa: E402
import site  # noqa: E402
import sysconfig  # noqa: E402

CONFIG_VARS = (
    "BINDIR",
    "EXT_SUFFIX",
    "INCLUDEPY",
    "LDVERSION",
    "LIBDIR",
    "LIBPL",
    "MULTIARCH",
    "Py_ENABLE_SHARED",
    "SOABI",
)


def implementation():
    """Return the lower-case name of the implementation."""
    if hasattr(sys, "implementation"):
        return sys.implementation.name
    return "pypy" if "__pypy__" in sys.builtin_module_names else "cpython"


def facts():
    """Return everything the module's docstring promises."""
    paths = sysconfig.get_paths()
    config_vars = dict((name, sysconfig.get_config_var(name)) for name in CONFIG_VARS)  # noqa: C402
    if sys.version_info < (3,):  # pragma: no cover
        config_vars["EXT_SUFFIX"] = sysconfig.get_config_var("SO")
    schemes = sysconfig.get_scheme_names()
    return {
        "protocol": 1,
        "executable": sys.executable,
        "version": sys.version.split()[0],
        "implementation": implementation(),
        "prefix": sys.prefix,
        "base_prefix": getattr(sys, "real_prefix", getattr(sys, "base_prefix", sys.prefix)),
        "libpython": LIBPYTHON,
        "debian_layout": "deb_system" in schemes or "posix_local" in schemes,
        "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        "abiflags": getattr(sys, "abiflags", ""),
        "paths": paths,
        # A virtualenv of old brings a site module without it.
        "site_packages": site.getsitepackages() if hasattr(site, "getsitepackages") else [],
        "config_vars": dict((k, str(v)) for k, v in config_vars.items() if v is not None),  # noqa: C402
        "has_ensurepip": os.path.isfile(os.path.join(paths["stdlib"], "ensurepip", "__init__.py")),
        "has_venv": os.path.isfile(os.path.join(paths["stdlib"], "venv", "__init__.py")),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(facts(), sort_keys=True) + "\n")
