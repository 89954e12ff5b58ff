"""Checks of the programs in `bin`: whether they start, and with which Python."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Installation

#: What Linux reads of a first line (BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h).
LIMIT = 256

_PYTHON = re.compile(r"pythonw?(\d(\.\d+)?)?[dmtu]*")


@frozen
class Script:
    """A file with a first line that names an interpreter."""

    path: Path
    line: bytes
    interpreter: str
    """The first word, or of pip's form for awkward paths the program that the shell executes."""
    words: tuple[str, ...]
    is_executable: bool

    @property
    def is_python(self) -> bool:
        """Whether the interpreter is called like a Python."""
        return bool(_PYTHON.fullmatch(os.path.basename(self.interpreter)))


def scripts(one: Installation) -> Iterator[Script]:
    """The scripts among the programs."""
    for path in one.programs:
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                continue
            with path.open("rb") as file:
                head = file.read(2)
                head += file.read(1022) if head == b"#!" else b""
        except (FileNotFoundError, PermissionError):
            continue
        if head[:2] != b"#!":
            continue
        lines = head.split(b"\n")
        words = os.fsdecode(lines[0][2:]).split(" ")
        words = [word for word in words if word.strip(" \t")]
        if not words or path.name.endswith("-gdb.py"):
            continue  # gdb reads CPython's own, which begins with #!/usr/bin/python everywhere
        interpreter = words[0]
        polyglot = re.match(rb"""'''exec' ("[^"]*"|\S+)""", lines[1]) if len(lines) > 1 else None
        if polyglot:
            interpreter = os.fsdecode(polyglot[1].strip(b'"'))
        executable = bool(status.st_mode & 0o111)
        yield Script(path, lines[0], interpreter, tuple(words), executable)


@check("NixOS/nixpkgs#134103", "NixOS/nixpkgs#16741")
def dangling_links(one: Installation) -> Iterator[Remark]:
    """No symbolic link leads nowhere."""
    broken = [entry.path for entry in one.tree if entry.dangles]
    broken += [
        str(path)
        for path in one.programs
        if path.is_symlink() and not path.exists() and (not one.is_shared or _is_ours(path))
    ]
    if broken:
        yield defect("links that lead nowhere", broken)


@check("pypa/distlib#171", "astral-sh/python-build-standalone#454", "conda/conda-build#2004")
def first_lines_that_lead_nowhere(one: Installation) -> Iterator[Remark]:
    """The interpreter that a program's first line names exists."""
    gone: dict[str, list[Path]] = {}
    for script in scripts(one):
        if one.is_shared and not script.is_python:
            continue
        relative = not script.interpreter.startswith("/")
        if relative or not os.access(script.interpreter, os.X_OK):
            gone.setdefault(script.interpreter, []).append(script.path)
    for interpreter, paths in gone.items():
        shown = interpreter.encode("unicode_escape").decode()
        yield defect(f"programs whose first line names {shown}, which is no program", paths)


@check("spack/spack#30256", "NixOS/nixpkgs#301444", "Homebrew/homebrew-core#58248")
def first_lines_of_another_python(one: Installation) -> Iterator[Remark]:
    """A Python program's first line names the Python of its prefix."""
    others: dict[str, list[Path]] = {}
    for script in scripts(one):
        if one.is_shared or not script.is_python or not os.access(script.interpreter, os.X_OK):
            continue
        folder = os.path.dirname(script.interpreter)
        if os.path.realpath(folder) != os.path.realpath(one.bin):
            others.setdefault(script.interpreter, []).append(script.path)
    for interpreter, paths in others.items():
        yield defect(f"programs that start {interpreter}, which does not see this prefix", paths)


@check("JuliaPy/Conda.jl#93", "conda/conda#4828")
def first_lines_with_env(one: Installation) -> Iterator[Remark]:
    """A Python program says which Python it is for, and leaves it to no PATH."""
    found = [
        script.path
        for script in scripts(one)
        if os.path.basename(script.interpreter) == "env"
        and any(_PYTHON.fullmatch(word) for word in script.words[1:])
    ]
    if found and not one.is_shared:
        yield note("programs that start the first Python on PATH, whichever that is", found)


@check("conda/conda#977", "spack/spack#104", "pypa/virtualenv#997")
def first_lines_that_are_too_long(one: Installation) -> Iterator[Remark]:
    """A first line fits into what the kernel reads of it."""
    long = [script.path for script in scripts(one) if len(script.line) >= LIMIT]
    if long:
        yield defect(f"programs whose first line is longer than {LIMIT - 1} bytes", long)


@check("NixOS/nixpkgs#24944", "NixOS/nixpkgs#358823")
def executable_programs(one: Installation) -> Iterator[Remark]:
    """What has a first line for an interpreter may be executed."""
    plain = [script.path for script in scripts(one) if not script.is_executable]
    if plain and not one.is_shared:
        yield defect("programs without permission to execute them", plain)


@check("https://cwe.mitre.org/data/definitions/732.html")
def nobody_may_write(one: Installation) -> Iterator[Remark]:
    """Nobody but its owner may change what everybody runs."""
    entries = [(entry.path, entry.status.st_mode) for entry in one.tree if not entry.is_link]
    own = [path for path in one.programs if not one.is_shared or _is_ours(path)]
    folders = [one.bin, one.path, one.stdlib, *one.own_sites]
    for path in dict.fromkeys([*folders, *own]):
        if one.owns(path) and path.exists() and not path.is_symlink():
            entries.append((str(path), path.stat().st_mode))
    open_ = [
        path for path, mode in entries if mode & stat.S_IWOTH and not mode & stat.S_ISVTX
    ]  # fmt: skip
    if open_:
        yield defect("everybody may write to", sorted(set(open_)))


@check("pypa/pip#8144", "astral-sh/uv#5435")
def everybody_may_read(one: Installation) -> Iterator[Remark]:
    """Everybody may read what is installed."""
    closed = [
        entry.path
        for entry in one.tree
        if not entry.is_link
        and not entry.status.st_mode & stat.S_IROTH
        and not entry.path.endswith((".pyc", "__pycache__"))
    ]
    if closed:
        yield note("only some users may read", closed)


def _is_ours(path: Path) -> bool:
    """Whether a program of a shared `bin` is called like a Python."""
    return bool(_PYTHON.fullmatch(path.name))


CHECKS = (
    dangling_links, first_lines_that_lead_nowhere, first_lines_of_another_python,
    first_lines_with_env, first_lines_that_are_too_long, executable_programs, nobody_may_write,
    everybody_may_read,
)  # fmt: skip
