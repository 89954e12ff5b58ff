"""Checks of what the interpreter tells those who build for it: sysconfig, headers, *.pc."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Installation

#: Variables that name places of the interpreter itself.
PLACES = (
    "prefix", "exec_prefix", "BINDIR", "LIBDIR", "LIBPL", "LIBDEST", "INCLUDEDIR", "INCLUDEPY",
    "CONFINCLUDEPY", "SCRIPTDIR", "DESTSHARED", "LIBPC",
)  # fmt: skip
#: Those that a Python without its development files may lack.
DEVELOPMENT = {"INCLUDEPY", "CONFINCLUDEPY", "LIBPL", "LIBPC"}


@check("python/cpython#106045", "msys2-contrib/cpython-mingw#160")
def library_paths(one: Installation) -> Iterator[Remark]:
    """The paths of sysconfig exist, and lie in the prefix or in the Python behind it."""
    for name in ("stdlib", "platstdlib"):
        place = one.facts["paths"][name]
        if name == "platstdlib" and one.is_venv:
            continue  # a place in the venv that nothing is in, in vanilla as well
        if not os.path.isdir(place):
            yield defect(f"sysconfig's {name} is {place}, which does not exist")
        elif not one.belongs(place):
            yield defect(f"sysconfig's {name} is {place}, which is not in {one.path}")
    for name in ("purelib", "platlib", "scripts", "data"):
        place = one.facts["paths"][name]
        if not one.holds(place):
            yield defect(f"sysconfig's {name} is {place}, which is not in sys.prefix, {one.prefix}")


@check("astral-sh/python-build-standalone#374", "astral-sh/uv#7369", "astral-sh/rye#646")
def recorded_places(one: Installation) -> Iterator[Remark]:
    """The variables of sysconfig name places in the prefix, and the places exist."""
    foreign, missing = [], []
    # Debian's Pythons have their libraries in the system's folder of an architecture.
    multiarch = one.facts["variables"].get("MULTIARCH") if one.is_debian else None
    for name in PLACES:
        place = str(one.facts["variables"].get(name, ""))
        if not place.startswith("/") or multiarch in Path(place).parts:
            continue
        if not one.belongs(place):
            foreign.append(f"{name} = {place}")
        elif not os.path.isdir(place) and name not in DEVELOPMENT:
            missing.append(f"{name} = {place}")
    if foreign:
        yield defect(f"variables of sysconfig name places outside of {one.base}", foreign)
    if missing:
        yield defect("variables of sysconfig name places that do not exist", missing)


@check("CPython Doc/library/sysconfig.rst", "astral-sh/python-build-standalone#374")
def headers(one: Installation) -> Iterator[Remark]:
    """The headers and the Makefile are there, and of this version."""
    folder = Path(one.facts["variables"].get("INCLUDEPY", one.facts["paths"]["include"]))
    version_file = folder / "patchlevel.h"
    if not (folder / "Python.h").is_file():
        where = f" (Debian and Ubuntu have them in python{one.minor}-dev)" if one.is_debian else ""
        yield note(f"there are no headers in {folder}: extension modules cannot be compiled{where}")
        return
    text = version_file.read_text(errors="replace") if version_file.is_file() else ""
    said = re.search(r'#define\s+PY_VERSION\s+"([^"]+)"', text)
    if said and said[1] != one.version:
        yield defect(f"{version_file} is of Python {said[1]}, and the interpreter of {one.version}")
    for name in ("makefile", "config_h"):
        place = one.facts[name]
        if place and not os.path.isfile(place):
            yield defect(f"sysconfig names {place}, which does not exist")


@check("astral-sh/uv#11028", "astral-sh/python-build-standalone#454")
def pkg_config(one: Installation) -> Iterator[Remark]:
    """The files of pkg-config name the prefix that they lie in."""
    for file in sorted((one.path / "lib" / "pkgconfig").glob(f"python*{one.minor}*.pc")):
        said = re.search(r"^prefix=(.*)$", file.read_text(errors="replace"), re.MULTILINE)
        if said is None or "${" in said[1]:
            continue
        if not os.path.isdir(said[1]):
            yield defect(f"{file} says prefix={said[1]}, which does not exist")
        elif not one.belongs(said[1]):
            yield defect(f"{file} says prefix={said[1]}, which is not {one.path}")


@check("astral-sh/python-build-standalone#145", "NixOS/nixpkgs#275701")
def python_config(one: Installation) -> Iterator[Remark]:
    """pythonX.Y-config starts and names the prefix."""
    program = one.bin / f"python{one.minor}-config"
    if not os.path.lexists(program):
        return
    quiet = {"PYTHONDONTWRITEBYTECODE": "1"}
    started = one.run([program, "--prefix"], variables=quiet)
    said = started.stdout.strip()
    if started.exit != 0 or not said:
        yield defect(f"{program} does not work: {started.last_words}")
    elif os.path.realpath(said) not in {os.path.realpath(one.path), os.path.realpath(one.base)}:
        yield defect(f"{program} --prefix says {said}, and the prefix is {one.path}")


@check("PEP 739", "astral-sh/python-build-standalone#712", "python/cpython#134632")
def build_details(one: Installation) -> Iterator[Remark]:
    """What build-details.json names exists."""
    file = one.stdlib / "build-details.json"
    if not file.is_file():
        return
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        yield defect(f"{file} is no JSON: {error}")
        return
    base = Path(os.path.normpath(file.parent / str(said.get("base_prefix", "."))))
    named = {
        "base_prefix": ".",
        "base_interpreter": said.get("base_interpreter"),
        "libpython.dynamic": said.get("libpython", {}).get("dynamic"),
        "c_api.headers": said.get("c_api", {}).get("headers"),
    }
    for key, value in named.items():
        if value is not None and not (base / value).exists():
            yield defect(f"{file} says {key} = {base / value}, which does not exist")


@check("astral-sh/uv#17822", "astral-sh/uv#6812", "NixOS/nixpkgs#37118")
def libpython(one: Installation) -> Iterator[Remark]:
    """The shared libpython, if there is one, is the prefix's own."""
    place = one.facts["libpython"]
    if place is None or one.belongs(place):
        return
    # The kernel names the file that a link in the prefix leads to.
    linked = one.path / "lib" / os.path.basename(place)
    if not (linked.exists() and linked.samefile(place)):
        yield defect(f"the interpreter is linked to {place}, which is not in {one.base}")


@check("pypa/pip#10978", "pypa/virtualenv#2350")
def installation_scheme(one: Installation) -> Iterator[Remark]:
    """With pip install --prefix D programs go to D/bin and modules to D/lib/pythonX.Y."""
    if one.is_debian and not one.is_venv:
        yield note(
            "Debian's layout: packages of the distribution are in dist-packages, and what pip "
            f"installs goes to {one.facts['paths']['data']}, with --prefix D to D/local"
        )


CHECKS = (
    library_paths, recorded_places, headers, pkg_config, python_config, build_details, libpython,
    installation_scheme,
)  # fmt: skip
