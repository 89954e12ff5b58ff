"""Checks of sys.path: what is on it, who put it there, and what runs at every start."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Installation

#: Entries that Python names whether they are there or not (getpath.c, getpath.py).
_NAMED_ANYWAY = re.compile(r"python\d+t?\.zip|plat-\w+|lib-tk|lib-old|lib-dynload")


@check("astral-sh/uv#2113", "pypa/pip#9839")
def site_packages_on_path(one: Installation) -> Iterator[Remark]:
    """Where packages are installed, they are looked for."""
    seen = {os.path.realpath(place) for place in one.facts["path"]}
    for name in ("purelib", "platlib"):
        place = one.facts["paths"][name]
        if os.path.isdir(place) and os.path.realpath(place) not in seen:
            yield defect(f"sysconfig's {name} is {place}, which is not on sys.path")


@check("spack/spack#6131", "bazel-contrib/rules_python#4104", "NixOS/nixpkgs#16591")
def foreign_entries(one: Installation) -> Iterator[Remark]:
    """What is on sys.path lies in the prefix, or in the Python behind a virtual environment."""
    lines = list(_path_lines(one))
    for place in one.facts["path"]:
        if one.belongs(place):
            continue
        named = [file for file, line in lines if _names(file, line, place)]
        if named:
            yield note(f"{named[0]} adds {place}, which is elsewhere, to sys.path")
        elif place in one.facts["environ"].get("PYTHONPATH", "").split(os.pathsep):
            yield defect(f"{place} is on sys.path, by a PYTHONPATH that the program itself sets")
        else:
            yield defect(f"{place} is on sys.path, which is not in {one.path}")


@check("CPython Doc/library/site.rst", "python/cpython#106045")
def missing_entries(one: Installation) -> Iterator[Remark]:
    """What is on sys.path exists."""
    for place in one.facts["path"]:
        if not os.path.exists(place) and not _NAMED_ANYWAY.fullmatch(os.path.basename(place)):
            yield note(f"{place} is on sys.path and does not exist")


@check("CPython Doc/library/site.rst", "pypa/pip#9839")
def entries_once(one: Installation) -> Iterator[Remark]:
    """Each folder is on sys.path once."""
    seen: set[str] = set()
    for place in map(os.path.normpath, one.facts["path"]):
        if place in seen:
            yield note(f"{place} is on sys.path twice")
        seen.add(place)


@check("NixOS/nixpkgs#289340", "pypa/pip#7227", "CPython Doc/library/site.rst")
def path_files(one: Installation) -> Iterator[Remark]:
    """No file *.pth runs code at every start, and the folders that they add exist."""
    running: dict[str, str] = {}
    for file, line in _path_lines(one):
        if re.match(r"import[ \t]", line):
            running.setdefault(str(file), line)
        elif line.strip() and not (file.parent / line.strip()).exists():
            yield defect(f"{file} adds {line.strip()}, which does not exist", [file])
    if running:
        yield note("code runs at every start by a file *.pth", sorted(running))


@check("pypa/virtualenv#1703", "pdm-project/pdm#422", "NixOS/nixpkgs#297628")
def customised_start(one: Installation) -> Iterator[Remark]:
    """No sitecustomize or usercustomize runs at every start."""
    for name, file in sorted(one.facts["customised"].items()):
        place = Path(file or "")
        words = f"{name} runs at every start: {file}"
        if _is_debians(place):
            words += ", which is Debian's own"
        if place.is_relative_to(one.stdlib):
            words += "; one of that name in site-packages does not run"
        yield note(words)


@check("NixOS/nixpkgs#16591", "llnl/maestrowf#175")
def standard_library_first(one: Installation) -> Iterator[Remark]:
    """No package comes before a module of the standard library with its name."""
    path = [os.path.realpath(place) for place in one.facts["path"]]
    here = os.path.realpath(one.stdlib)
    if here not in path:
        yield defect(f"the standard library, {one.stdlib}, is not on sys.path")
        return
    library = _modules(one.stdlib)
    for index, place in enumerate(path):
        if place == here or not os.path.isdir(place) or place.startswith(here + "/lib-"):
            continue
        if twins := sorted(_modules(Path(place)) & library):
            names = ", ".join(twins[:5])
            if index < path.index(here):
                yield defect(f"{place} has modules of the standard library's names: {names}")
            else:
                yield note(
                    f"never imported, since the standard library has them: {names} in {place}"
                )


def _modules(folder: Path) -> set[str]:
    """The names that can be imported from *folder*."""
    found = set()
    for entry in os.scandir(folder):
        name = entry.name
        if name.endswith(".py"):
            found.add(name[:-3])
        elif entry.is_dir() and os.path.exists(os.path.join(entry.path, "__init__.py")):
            found.add(name)
    return found - {"site-packages", "__pycache__"}


def _path_lines(one: Installation) -> Iterator[tuple[Path, str]]:
    """The files *.pth of the prefix with their lines, but for comments."""
    for site in one.own_sites:
        for file in sorted(site.glob("*.pth")):
            if file.is_file():
                for line in file.read_text(errors="replace").splitlines():
                    if line.strip() and not line.startswith("#"):
                        yield file, line


def _names(file: Path, line: str, place: str) -> bool:
    """Whether the *line* of *file* may be what added *place*."""
    if line.startswith("import"):
        return place in line
    return os.path.normpath(file.parent / line.strip()) == os.path.normpath(place)


def _is_debians(file: Path) -> bool:
    """Whether *file* is the sitecustomize that Debian's python packages bring."""
    return str(file.resolve()).startswith("/etc/python")


CHECKS = (
    site_packages_on_path, foreign_entries, missing_entries, entries_once, path_files,
    customised_start, standard_library_first,
)  # fmt: skip
