"""Checks of who the interpreter says it is, and of whether it always says so."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Identity, Installation

#: What a shell that starts a Python sets besides what it was told to.
SET_BY_SHELLS = {"PWD", "OLDPWD", "SHLVL", "_"}


@check("spack/spack#6131", "bazel-contrib/rules_python#4104", "astral-sh/uv#16106")
def prefix_is_here(one: Installation) -> Iterator[Remark]:
    """sys.prefix is the prefix that the interpreter lies in."""
    if not _same(one.prefix, one.path):
        yield defect(f"sys.prefix is {one.prefix}: nothing that is installed in {one.path} is seen")
    elif one.prefix.is_symlink() or one.prefix != one.path:
        yield note(f"sys.prefix is spelled {one.prefix}, which leads to {one.prefix.resolve()}")


@check("CPython Doc/library/sys.rst", "NixOS/nixpkgs#201037")
def prefixes_agree(one: Installation) -> Iterator[Remark]:
    """sys.prefix is sys.exec_prefix, and so are the base prefixes; all of them exist."""
    for first, second in (("prefix", "exec_prefix"), ("base_prefix", "base_exec_prefix")):
        left, right = one.facts[first], one.facts[second]
        if left != right:
            yield defect(f"sys.{first} is {left} and sys.{second} is {right}")
        if not Path(left).is_dir():
            yield defect(f"sys.{first} is {left}, which is no folder")


@check("NixOS/nixpkgs#297628", "astral-sh/uv#4450", "PEP 405")
def virtual_environment(one: Installation) -> Iterator[Remark]:
    """What looks like a virtual environment is one: it has a pyvenv.cfg."""
    has_file = any((folder / "pyvenv.cfg").is_file() for folder in (one.path, one.bin))
    if one.is_venv and has_file:
        yield note(f"it is a virtual environment of {one.base}")
    elif one.is_venv:
        yield defect(
            f"it has no pyvenv.cfg, and looks like a virtual environment of {one.base}: pip, uv "
            "and virtualenv take it for one"
        )
    elif has_file:
        yield defect("it has a pyvenv.cfg, and does not take itself for a virtual environment")


@check("NixOS/nixpkgs#65454", "python/cpython#99204", "python/cpython#96861")
def executable(one: Installation) -> Iterator[Remark]:
    """sys.executable is a program in the prefix, and starts the same Python."""
    for name in ("executable", "base_executable"):
        value = one.facts[name]
        attribute = "sys.executable" if name == "executable" else "sys._base_executable"
        if value is None:
            continue
        if not value:
            yield defect(f"{attribute} is empty")
            continue
        if not os.access(value, os.X_OK):
            yield defect(f"{attribute} is {value}, which is no program")
            continue
        if name == "executable" and not one.owns(Path(value).parent):
            yield defect(f"sys.executable is {value}, which is not in {one.path}")
        found, wanted = one.who([value, "-B"]), one.identity
        # Up to CPython 3.10 it is the virtual environment's own.
        if name == "base_executable" and one.is_venv and (one.release > (3, 10) or found != wanted):
            wanted = Identity(one.version, str(one.base), str(one.base))
        yield from _compared(one, f"started as {attribute}", found, wanted)


@check("python/cpython#122033", "conda/conda#9558", "PEP 394")
def each_name(one: Installation) -> Iterator[Remark]:
    """The programs python, python3 and pythonX.Y are there and start one Python."""
    major = str(one.release[0])
    for name in ("python", f"python{major}", f"python{one.minor}"):
        program = one.bin / name
        if not os.path.lexists(program):
            if one.is_debian and name == "python":
                yield note("there is no program `python`, which a distribution may leave out")
            elif one.is_venv and name == f"python{one.minor}":
                continue  # up to 3.7 or so venv links the name that it was started by
            else:
                yield defect(f"there is no program `{name}`")
        elif program != one.python:
            found = one.who([program, "-B"])
            if one.is_shared and isinstance(found, Identity) and found.version != one.version:
                yield note(f"{program} is Python {found.version}")
            else:
                yield from _compared(one, str(program), found)


@check("spack/spack#6131", "python/cpython#124241", "NixOS/nixpkgs#461406")
def each_way_to_start(one: Installation) -> Iterator[Remark]:
    """It is the same Python by a link, by its bare name, from any folder, and in isolation."""
    name = one.python.name
    link = Path(tempfile.mkdtemp(dir=one.scratch)) / "a-link-to-it"
    link.symlink_to(one.python)
    yield from _compared(one, f"started as `{name}`", one.who([name, "-B"], program=one.python))
    yield from _compared(
        one, "in isolation (-I, or -E -s)", one.who([one.python, "-B", "-E", "-s"])
    )
    below = one.python.relative_to(one.path) if one.python.is_relative_to(one.path) else None
    if below is not None:
        ways = one.who([f"./{below}", "-B"], cwd=one.path)
        yield from _compared(one, "started by a relative path", ways)
    if one.is_venv:
        # PEP 405 looks beside the executable as it is named: by a link it is the base.
        return
    yield from _compared(one, "started by a link to it", one.who([link, "-B"]))
    strange = one.who(["no-such-name", "-B"], program=one.python)
    yield from _compared(one, "started with another argv[0]", strange)


@check("NixOS/nixpkgs#44648", "NixOS/nixpkgs#185892", "python/cpython#9516")
def variables(one: Installation) -> Iterator[Remark]:
    """It starts with the variables that it was given, and hands them on."""
    given, seen = one.environment, one.facts["environ"]
    for name in sorted({*given, *seen} - SET_BY_SHELLS):
        # Python 3.7 and newer coerce the C locale, which is not the one it was given (PEP 538).
        if given.get(name) == seen.get(name):
            continue
        if name not in given:
            yield defect(f"it sets {name}={seen[name]}, and every child inherits it")
        elif name not in seen:
            yield defect(f"it takes {name} away from every child")
        else:
            yield defect(f"it changes {name} to {seen[name]}, for every child as well")


@check("NixOS/nixpkgs#33528", "CPython Doc/using/cmdline.rst")
def flags(one: Installation) -> Iterator[Remark]:
    """It starts without options that nobody passed."""
    usual = {
        "hash_randomization",
        "int_max_str_digits",
        "gil",
        "utf8_mode",
        "thread_inherit_context",
    }
    usual |= {"context_aware_warnings", "dont_write_bytecode"}
    for name, value in sorted(one.facts["flags"].items()):
        if name not in usual and value:
            yield defect(f"sys.flags.{name} is {value}, and nobody asked for that")
    if (
        one.facts["user_site"] is False
        and not one.is_venv
        and not one.facts["flags"].get("no_user_site")
    ):
        yield note("the user's own site-packages are switched off")


@check("NixOS/nixpkgs#23018", "NixOS/nixpkgs#65351")
def compiled_program(one: Installation) -> Iterator[Remark]:
    """The interpreter is a compiled program: a first line may name it on every system."""
    for name in ("python", f"python{one.release[0]}", f"python{one.minor}"):
        program = one.bin / name
        if program.is_file() and _head(program)[:2] == b"#!":
            line = _head(program).splitlines()[0].decode(errors="replace")
            yield note(
                f"{program} is a script, {line}; macOS runs no script whose first line names it"
            )
            return


def _head(program: Path) -> bytes:
    with program.open("rb") as file:
        return file.read(256)


def _same(left: Path, right: Path) -> bool:
    return left == right or left.resolve() == right.resolve()


def _compared(
    one: Installation, how: str, found: object, wanted: Identity | None = None
) -> Iterator[Remark]:
    """A remark unless *found* is the same Python."""
    wanted = wanted or one.identity
    if not isinstance(found, Identity):
        yield defect(f"{how}, it does not start: {getattr(found, 'last_words', found)}")
    elif found.version != wanted.version:
        yield defect(f"{how}, it is Python {found.version} instead of {wanted.version}")
    elif not _same(Path(found.prefix), Path(wanted.prefix)):
        yield defect(f"{how}, sys.prefix is {found.prefix} instead of {wanted.prefix}")
    elif not _same(Path(found.base_prefix), Path(wanted.base_prefix)):
        yield defect(f"{how}, the base is {found.base_prefix} instead of {wanted.base_prefix}")


CHECKS = (
    prefix_is_here, prefixes_agree, virtual_environment, executable, each_name, each_way_to_start,
    variables, flags, compiled_program,
)  # fmt: skip
