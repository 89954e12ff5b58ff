"""Checks of the standard library: whether all of it is there, as it was built, and compiled."""

from __future__ import annotations

import _imp
import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Entry, Installation

#: What may be wrong with bytecode: it is not used, not readable, or run without being the source's.
STALE, FOREIGN, OTHER = "stale", "foreign", "other"

#: What a module is called in CPython 2.7 where that is another name; None if it has none.
_OF_OLD = {"tkinter": "Tkinter", "lzma": None, "venv": None}


@check("NixOS/nixpkgs#16646", "https://github.com/pyenv/pyenv/wiki/Common-build-problems")
def standard_modules(one: Installation) -> Iterator[Remark]:
    """Modules of the standard library that need a library of the system are there."""
    left_out = []
    for name, trouble in sorted(one.facts["modules"].items()):
        if not trouble or name == "venv" or (name == "distutils" and one.release >= (3, 12)):
            continue
        if one.release < (3, 0) and name in _OF_OLD:
            continue
        if "No module named" in trouble:
            left_out.append(name)
        else:
            yield defect(f"{name} cannot be imported: {trouble}")
    if left_out:
        where = ", or are in packages of their own," if one.is_debian else ""
        yield note(f"modules that were not built{where} and are not there: {', '.join(left_out)}")


@check("NixOS/nixpkgs#16646", "https://manpages.debian.org/bookworm/dpkg/dpkg.1.en.html")
def unchanged_files(one: Installation) -> Iterator[Remark]:
    """What the package manager of a distribution has installed is as it was."""
    changed, missing = [], []
    for path, expected in one.known_to_dpkg.items():
        try:
            data = (one.system / path.lstrip("/")).read_bytes()
        except FileNotFoundError:
            missing.append(path)
            continue
        if hashlib.md5(data, usedforsecurity=False).hexdigest() != expected:
            changed.append(path)
    if changed:
        yield defect("files that are not as dpkg installed them", changed)
    if missing:
        yield defect("files that dpkg installed, and that are gone", missing)


@check("ostreedev/ostree#1469", "NixOS/nixpkgs#22569", "CPython Doc/reference/import.rst")
def bytecode(one: Installation) -> Iterator[Remark]:
    """Bytecode belongs to the source beside it, so that it is used and not made again."""
    magic, tag = bytes.fromhex(one.facts["magic"][0]), one.facts["magic"][1]
    if not tag:
        return
    found: dict[str, list[str]] = {STALE: [], FOREIGN: [], OTHER: []}
    for entry in one.tree:
        folder, name = os.path.split(entry.path)
        if not name.endswith(".pyc") or os.path.basename(folder) != "__pycache__":
            continue
        stem, _, rest = name.partition(f".{tag}.")
        source = one.files.get(f"{os.path.dirname(folder)}/{stem}.py")
        if not rest or source is None or entry.dangles or source.dangles:
            continue
        if state := _state(entry.path, source, magic, one.release):
            found[state].append(entry.path)
    if found[STALE]:
        yield note(
            "bytecode that does not fit its source: Python compiles anew, at every start where it "
            "may not write",
            found[STALE],
        )
    if found[FOREIGN]:
        yield note("bytecode that this Python cannot read", found[FOREIGN])
    if found[OTHER]:
        yield defect(
            "bytecode of another source than the one beside it, and Python runs it unchecked",
            found[OTHER],
        )


def _state(file: str, source: Entry, magic: bytes, release: tuple[int, int]) -> str:
    """What is wrong with the bytecode in *file*; empty if it fits *source*.

    Its head is described in PEP 552, and before CPython 3.7 it had no flags.
    """
    descriptor = os.open(file, os.O_RDONLY)
    head = os.read(descriptor, 16)
    os.close(descriptor)
    if len(head) < 16 or head[:4] != magic:
        return FOREIGN
    flags, fields = 0, head[4:12]
    if release >= (3, 7):
        flags, fields = struct.unpack("<I", head[4:8])[0], head[8:16]
    if flags & 1:
        key = int.from_bytes(magic, "little")
        if _imp.source_hash(key, Path(source.path).read_bytes()) == fields:
            return ""
        return STALE if flags & 2 else OTHER
    status = os.stat(source.path) if source.is_link else source.status
    stamp, size = struct.unpack("<II", fields)
    fits = stamp == int(status.st_mtime) & 0xFFFFFFFF and size == status.st_size & 0xFFFFFFFF
    return "" if fits else STALE


CHECKS = (standard_modules, unchanged_files, bytecode)
