"""What a Python was told when it was started, and what came of it."""

import gc
import os
import sys

GETTERS = "getdlopenflags getrecursionlimit get_int_max_str_digits _is_gil_enabled"


def show():
    print(sys.flags)
    print(sys.warnoptions)
    print(sorted(getattr(sys, "_xoptions", {}).items()))
    print(sys.executable, sys.prefix, sys.exec_prefix)
    print([path for path in sys.path if not path.endswith(".zip")])
    print(sys.getfilesystemencoding(), sys.getdefaultencoding())
    for stream in sys.stdin, sys.stdout, sys.stderr:
        print(stream and (stream.encoding, getattr(stream, "errors", None)))
    print(sys.dont_write_bytecode, getattr(sys, "pycache_prefix", None), getattr(sys, "platlibdir", None))
    print([(name, getattr(sys, name)()) for name in GETTERS.split() if hasattr(sys, name)])
    print(gc.get_debug(), __debug__)
    print("site" in sys.modules, getattr(sys.modules.get("site"), "ENABLE_USER_SITE", None))
    print(sorted(name for name in ("tracemalloc", "faulthandler", "cProfile") if name in sys.modules))
    print(sorted(name for name in os.environ if name.startswith("PY") or name == "LC_CTYPE"))


def main():
    import subprocess

    show()
    print("its child:")
    sys.stdout.flush()
    code = "import facts; facts.show()"
    sys.exit(subprocess.call([sys.executable, "-c", code] + sys.argv[1:]))
