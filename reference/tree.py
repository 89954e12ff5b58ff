# A plan has tens of thousands of pieces, and the functions of os take half the time of Path's.
# ruff: noqa: PTH101, PTH102, PTH112, PTH114, PTH115, PTH116, PTH117, PTH123, PTH211
"""Merging: the plan of an environment, and how it is put on disk.

A plan is a tree of folders. The base contributes whole folders; where a package meets one, it is
taken apart. Identical files merge; anything else that meets at one path is refused with both
owners named. In `symlink` mode a folder of the standard library becomes one link. Packages'
folders are folders with links in them: os.walk enters no link, and `..` leads out of one
elsewhere than it led in. Programs, and whatever was written for this environment, are files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from .errors import Refused
from .packages import digest_of


@dataclass
class Piece:
    """A file, a link or a whole folder with one owner.

    *source* is where it lies already, *content* what is to be written instead, *link* the
    text of a symbolic link. A *solid* piece is a file of its own in every link mode, a *shared*
    one is a hard link in every mode.
    """

    owner: object
    source: Path | None = None
    content: bytes | None = None
    link: str | None = None
    folder: bool = False
    executable: bool = False
    solid: bool = False
    shared: bool = False
    digest: str | None = None

    def identity(self) -> object:
        """What makes two pieces the same: the target of a link, or the bytes of a file."""
        if self.link is not None:
            return ("link", self.link)
        if self.content is not None:
            return digest_of(self.content)
        assert self.source is not None
        return self.digest or digest_of(self.source.read_bytes())


Node: TypeAlias = "dict[str, Node] | Piece"
Place = Callable[[Piece, str], None]


class Tree:
    """The plan of an environment, by path relative to its prefix."""

    def __init__(self) -> None:
        self.root: dict[str, Node] = {}

    def folder(self, path: PurePosixPath) -> dict[str, Node]:
        """The folder at *path*, made (or taken apart) where it is not one yet."""
        node = self.root
        for name in path.parts:
            child = node.setdefault(name, {})
            if isinstance(child, Piece):
                node[name] = child = _take_apart(child)
            node = child
        return node

    def add(self, path: PurePosixPath, piece: Piece) -> None:
        """Put *piece* at *path*; raises `Refused` where something else is there."""
        try:
            folder = self.folder(path.parent)
        except _Meets as meets:
            needs = f"{piece.owner} needs a folder where {meets} has a file"
            raise Refused(f"{path}: {needs}") from None
        there = folder.setdefault(path.name, piece)
        if there is piece:
            return
        if isinstance(there, dict) or there.folder:
            owner = there.owner if isinstance(there, Piece) else _owner(there)
            raise Refused(f"{path}: a file of {piece.owner} and a folder of {owner}")
        if there.identity() != piece.identity() or there.executable != piece.executable:
            raise Refused(f"{path}: {there.owner} and {piece.owner} differ")

    def holds(self, path: str) -> bool:
        """Will the environment have a file or folder at *path*?"""
        node: Node = self.root
        parts = PurePosixPath(path).parts
        for index, name in enumerate(parts):
            if isinstance(node, Piece):
                inside = node.source if node.folder else None
                return inside is not None and inside.joinpath(*parts[index:]).exists()
            if name not in node:
                return False
            node = node[name]
        return True

    def pieces(self) -> Iterator[tuple[PurePosixPath, Piece]]:
        """Every piece with its path, in sorted order."""
        return _walk(self.root, PurePosixPath())

    def write(self, at: Path, mode: str) -> None:
        """Put the planned environment on disk at *at*, which must not exist.

        *mode* is how a piece gets there from where it lies: `symlink`, `hardlink` or `copy`.
        """
        places: dict[str, Place] = {"symlink": _symlink, "hardlink": _hardlink, "copy": _copy}
        _write(self.root, str(at), places[mode])


class _Meets(Exception):
    """A file lies where a folder is needed; its owner is the argument."""


def _take_apart(piece: Piece) -> dict[str, Node]:
    if not piece.folder or piece.source is None:
        raise _Meets(piece.owner)
    return {
        entry.name: Piece(
            piece.owner,
            source=Path(entry.path),
            folder=entry.is_dir(),
            executable=bool(entry.stat().st_mode & 0o100) and not entry.is_dir(),
        )
        for entry in sorted(os.scandir(piece.source), key=lambda entry: entry.name)
    }


def _owner(node: dict[str, Node]) -> object:
    return next((piece.owner for _, piece in _walk(node, PurePosixPath())), "nobody")


def _walk(node: dict[str, Node], path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Piece]]:
    for name in sorted(node):
        child = node[name]
        if isinstance(child, Piece):
            yield path / name, child
        else:
            yield from _walk(child, path / name)


def _write(node: dict[str, Node], at: str, place: Place) -> None:
    os.mkdir(at, 0o755)
    for name in sorted(node):
        child, path = node[name], f"{at}/{name}"
        if isinstance(child, dict):
            _write(child, path, place)
        elif child.link is not None:
            os.symlink(child.link, path)
        elif child.content is not None:
            with open(path, "xb") as file:
                file.write(child.content)
            os.chmod(path, 0o755 if child.executable else 0o644)
            if child.source is not None:
                modified = os.stat(child.source).st_mtime_ns
                os.utime(path, ns=(modified, modified))
        elif child.solid:
            _copy(child, path)
        elif child.shared:
            _hardlink(child, path)
        else:
            place(child, path)


def _symlink(piece: Piece, path: str) -> None:
    assert piece.source is not None
    os.symlink(piece.source, path)


def _copy(piece: Piece, path: str) -> None:
    assert piece.source is not None
    _spread(piece.source, path, shutil.copy2)


def _hardlink(piece: Piece, path: str) -> None:
    assert piece.source is not None
    _spread(piece.source, path, _link_or_copy)


def _link_or_copy(source: str, path: str) -> None:
    try:
        os.link(source, path, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, path, follow_symlinks=False)


def _spread(source: Path | str, path: str, one: Callable[[str, str], object]) -> None:
    if os.path.islink(source):
        target = os.readlink(source)
        os.symlink(source if os.path.isabs(target) else target, path)
    elif os.path.isdir(source):
        os.mkdir(path, 0o755)
        for entry in os.scandir(source):
            _spread(entry.path, f"{path}/{entry.name}", one)
    else:
        one(str(source), path)
