"""Checks of virtual environments: the one that this is, and one that is made of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Identity, Installation


@check("PEP 405", "python/cpython#127440", "pypa/pipx#633", "python/cpython#135773")
def pyvenv_cfg(one: Installation) -> Iterator[Remark]:
    """pyvenv.cfg names the Python that the environment was made of, and it is still there."""
    for file in (one.bin / "pyvenv.cfg", one.path / "pyvenv.cfg"):
        if file.is_file():
            break
    else:
        return
    values = _configuration(file)
    home = values.get("home")
    if home is None:
        yield defect(f"{file} has no `home`, which PEP 405 requires")
        return
    if not os.path.isdir(home):
        yield defect(f"{file} says home = {home}, which is no folder: its Python is gone")
        return
    names = ("python", f"python{one.release[0]}", f"python{one.minor}")
    programs = [path for path in (Path(home) / one for one in names) if _is_program(path)]
    if not programs:
        yield defect(f"{file} says home = {home}, where no Python is")
        return
    found = one.who([programs[-1], "-B"])
    if not isinstance(found, Identity):
        yield defect(f"{programs[-1]}, in its `home`, does not start: {found.last_words}")
    elif found.version != one.version:
        yield defect(f"{programs[-1]}, in its `home`, is Python {found.version}, not {one.version}")
    said = values.get("version", values.get("version_info", ""))
    if said and said.split(".")[:2] != one.version.split(".")[:2]:
        yield defect(f"{file} says that it is of Python {said}, and it is {one.version}")
    elif said and not (one.version.startswith(said) or said.startswith(one.version)):
        yield note(f"it was made with Python {said}, and its base is {one.version} now")
    if (recorded := values.get("executable")) and not os.path.exists(recorded):
        yield note(f"{file} says executable = {recorded}, which does not exist")


@check("NixOS/nixpkgs#297628", "spack/spack-packages#472", "python/cpython#106045")
def a_venv_of_it(one: Installation) -> Iterator[Remark]:
    """A virtual environment that is made of it has the right base, and can see its packages."""
    if one.release < (3, 3):
        return
    if trouble := one.facts["modules"]["venv"]:
        yield _missing(one, f"no venv can be made of it: {trouble}")
        return
    made = Path(tempfile.mkdtemp(dir=one.scratch)) / "venv"
    options = ("--without-pip", "--system-site-packages")
    started = one.run([one.python, "-B", "-m", "venv", *options, made])
    if started.exit != 0:
        yield defect(f"`python -m venv` fails: {started.last_words}")
        return
    code = "import os, sys; print(os.__file__); print('\\n'.join(sys.path))"
    python = made / "bin" / "python"
    found = one.who([python, "-B"])
    if not isinstance(found, Identity):
        yield defect(f"a venv made of it does not start: {found.last_words}")
        return
    if found.version != one.version:
        yield defect(f"a venv made of it is Python {found.version}")
    if Path(found.prefix).resolve() != made.resolve():
        yield defect(f"in a venv made of it sys.prefix is {found.prefix}, not the venv")
    if not _same(found.base_prefix, str(one.base)):
        yield defect(f"a venv made of it has the base {found.base_prefix}, not {one.base}")
    elif not one.is_venv:
        seen = {
            os.path.realpath(line)
            for line in one.run([python, "-B", "-c", code]).stdout.splitlines()
        }
        for site in one.own_sites:
            if str(site) in one.facts["path"] and os.path.realpath(site) not in seen:
                yield defect(f"a venv with --system-site-packages does not see {site}")


@check("pypa/packaging.python.org#399", "deadsnakes/issues#79", "NixOS/nixpkgs#77614")
def ensurepip(one: Installation) -> Iterator[Remark]:
    """There is an ensurepip with a wheel of pip, so that a venv gets one."""
    folder = one.facts["ensurepip"]
    if folder is None:
        yield _missing(one, "there is no ensurepip, so that `python -m venv` makes none with pip")
    elif not any(Path(folder).glob("pip-*.whl")):
        yield defect(f"ensurepip has no wheel of pip in {folder}")


@check("PEP 668", "NixOS/nixpkgs#229166")
def externally_managed(one: Installation) -> Iterator[Remark]:
    """No EXTERNALLY-MANAGED keeps pip from installing into it."""
    marker = one.stdlib / "EXTERNALLY-MANAGED"
    if marker.is_file() and not one.is_venv:
        yield note("pip refuses to install into it, since somebody else manages it", [marker])
    for place in (one.path, *one.own_sites):
        stray = place / "EXTERNALLY-MANAGED"
        if place != one.stdlib and stray.is_file():
            yield defect(f"{stray} has no effect: pip looks for it in {one.stdlib} alone")


@check("https://github.com/python/cpython/blob/main/Modules/getpath.py")
def path_configuration(one: Installation) -> Iterator[Remark]:
    """No file *._pth beside the interpreter replaces sys.path."""
    if one.release >= (3, 11):
        for name in sorted({one.python.name, "python", "python3"}):
            file = one.bin / f"{name}._pth"
            if file.is_file():
                yield defect(f"{file} replaces sys.path and isolates the interpreter")


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _missing(one: Installation, words: str) -> Remark:
    """A note where the distribution has it in another package, a defect otherwise."""
    if one.is_debian:
        return note(f"{words} (Debian and Ubuntu have it in the package python{one.minor}-venv)")
    return defect(words)


def _configuration(file: Path) -> dict[str, str]:
    values = {}
    for line in file.read_text(errors="replace").splitlines():
        key, separator, value = line.partition("=")
        if separator:
            values[key.strip().lower()] = value.strip()
    return values


def _same(left: str, right: str) -> bool:
    return os.path.realpath(left) == os.path.realpath(right)


CHECKS = (pyvenv_cfg, a_venv_of_it, ensurepip, externally_managed, path_configuration)
