"""Say what an installed distribution consists of, and import all that it brings.

Run by `envparity try` as ``PYTHON -I _distribution_probe.py NAME`` on CPython 3.8 and newer, in
vanilla and in a builder's environment; what it prints is compared. It imports the standard library
alone besides what the distribution has, and ends with 0 whatever the imports do.

What an installer writes of itself is left out (INSTALLER, REQUESTED, direct_url.json, RECORD), and
so is bytecode. Programs of the distribution's own are compared without their first lines, which
name the prefix; of those that an installer generates it is told that they are there.
"""

import hashlib
import importlib
import os
import re
import sys
import sysconfig
from importlib.metadata import distribution

OF_THE_INSTALLER = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD", "uv_cache.json")


def content(place, is_program):
    """Return the digest of a file; of a program without the lines that start the interpreter."""
    with open(place, "rb") as file:
        data = file.read()
    if is_program and data.startswith(b"#!"):
        lines = data.split(b"\n", 3)
        data = b"\n".join(
            lines[3:] if lines[1:2] and lines[1].startswith(b"'''exec'") else lines[1:]
        )
    return hashlib.sha256(data).hexdigest()[:16]


def tell_files(one):
    """Print each file: where it is, how long, whether executable, and its digest."""
    generated = set()
    for entry in one.entry_points:
        if entry.group in ("console_scripts", "gui_scripts"):
            generated.add(entry.name)
    scripts = os.path.realpath(sysconfig.get_path("scripts"))
    for file in sorted(one.files or (), key=str):
        if file.name in OF_THE_INSTALLER or file.suffix == ".pyc":
            continue
        place = os.path.normpath(str(file.locate()))
        if not os.path.exists(place):
            print("missing", place)
            continue
        is_program = os.path.realpath(os.path.dirname(place)) == scripts
        mode = "x" if os.access(place, os.X_OK) else "-"
        if is_program and os.path.basename(place) in generated:
            print(mode, "generated", place)
        else:
            print(mode, content(place, is_program), place)


def modules(one):
    """Return the names that can be imported: modules and packages, and those of namespaces."""
    found = set()
    packages = set()
    for file in one.files or ():
        match = re.fullmatch(r"((?:\w+/)*\w+)/__init__\.(?:py|[\w.-]*so)", str(file))
        if match:
            packages.add(match.group(1))
        elif re.fullmatch(r"\w+\.py|\w+(\.[\w-]+)*\.so", str(file)):
            found.add(str(file).split(".")[0])
    for package in packages:
        parents = package.split("/")[:-1]
        if not any("/".join(parents[: n + 1]) in packages for n in range(len(parents))):
            found.add(package.replace("/", "."))
    return sorted(found)


def main(name):
    """Print everything."""
    one = distribution(name)
    print(one.metadata["Name"], one.version, one.metadata["Requires-Python"])
    for requirement in sorted(one.requires or []):
        print("requires", requirement)
    for entry in sorted(one.entry_points, key=str):
        print("entry point", entry.group, entry.name, "=", entry.value)
    tell_files(one)
    for module in modules(one):
        try:
            imported = importlib.import_module(module)
        except BaseException as error:  # whatever a module does, it is to do it on both sides
            print("import", module, type(error).__name__, error)
        else:
            print("import", module, getattr(imported, "__file__", None))


if __name__ == "__main__":
    main(sys.argv[1])
