"""How a Python started: facts about sys and site, one `key=value` per line, list items numbered.

Runs on the interpreter under test, 2.7 to 3.15, as the text of `-c`, with the options that the
explained process had; once more with `-S`, which shows what was known before site was imported.
Values are printed as bytes: paths need not be UTF-8, nor standard output able to encode them.
"""

import os
import sys


def facts():
    """Yield pairs of a name and a value."""
    for name in (
        "prefix",
        "exec_prefix",
        "base_prefix",
        "base_exec_prefix",
        "executable",
        "_base_executable",
        "platlibdir",
    ):
        if hasattr(sys, name):
            yield "sys." + name, getattr(sys, name)
    yield "/proc/self/exe", os.readlink("/proc/self/exe")
    with open("/proc/self/cmdline", "rb") as file:
        yield "argv[0]", file.read().partition(b"\0")[0].decode("latin-1")
    for name, value in sorted(os.environ.items()):
        yield "environ " + name, value
    for number, folder in enumerate(sys.path):
        yield "sys.path[%02d]" % number, folder
    site = sys.modules.get("site")
    if site is None:
        return
    for number, folder in enumerate(getattr(site, "getsitepackages", list)()):
        yield "site-packages[%d]" % number, folder
    yield "ENABLE_USER_SITE", site.ENABLE_USER_SITE
    yield "USER_SITE", getattr(site, "USER_SITE", None)
    for name in ("site", "sitecustomize", "usercustomize"):
        module = sys.modules.get(name)
        if module is not None:
            path = getattr(module, "__file__", None)
            yield "module " + name, path[:-1] if path and path.endswith(".pyc") else path
    import sysconfig

    for key, value in sorted(sysconfig.get_config_vars().items()):
        if "/" in str(value):
            yield "sysconfig " + key, value


def main():
    """Print the facts, past whatever sitecustomize has made of sys.stdout."""
    encode = getattr(os, "fsencode", lambda text: text)
    for key, value in facts():
        data = encode("" if value is None else str(value))
        line = (key + "=").encode("ascii") + data.replace(b"\n", b"\\n") + b"\n"
        os.write(1, line)


main()
