"""Merging: the plan of an environment, and how it is put on disk.

The base contributes whole folders; where a package meets one, it is taken apart. Identical files
merge; where different ones meet, the lower priority wins, and without one they are refused with
both owners named. In `symlink` mode a folder of the standard library becomes one link. Packages'
folders are folders with links in them: os.walk enters no link, and `..` leads out of one
elsewhere than it led in. Where that does not matter, `folders` mode makes one link of a folder
that is one package's alone. Programs, and whatever was written for this environment, are files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import Refused


@dataclass
class Piece:
    """A file, a link or a whole folder with one owner.

    *source* is where it lies already, *content* what is to be written instead, *link* the
    text of a symbolic link. A *solid* piece is a file of its own in every link mode, and one of
    the *base* is never hard-linked: an edit in an environment must not reach it.
    """

    owner: object
    source: str = ""
    content: bytes | None = None
    link: str | None = None
    folder: bool = False
    executable: bool = False
    solid: bool = False
    base: bool = False
    priority: int = 0

    def read(self) -> bytes:
        """What the file holds, or the target of the link."""
        if self.content is not None:
            return self.content
        return os.fsencode(self.link) if self.link is not None else Path(self.source).read_bytes()


class Tree:
    """The plan of an environment, by path relative to its prefix."""

    def __init__(self) -> None:
        self.folders = {""}
        self.pieces: dict[str, Piece] = {}
        self.own: set[str] = set()  # folders that no link can stand for

    def folder(self, path: str) -> None:
        """Make *path* a folder of the environment's own; one of the base's is taken apart."""
        if path in self.folders:
            return
        self.folder(os.path.dirname(path))
        piece = self.pieces.get(path)
        if piece is not None:
            if not piece.folder:
                raise Refused(f"{path}: a file of {piece.owner}, and another needs a folder there")
            del self.pieces[path]
            for name in os.listdir(piece.source):
                self.pieces[f"{path}/{name}"] = from_base(f"{piece.source}/{name}", piece.owner)
        self.folders.add(path)

    def add(self, path: str, piece: Piece) -> None:
        """Put *piece* at *path*; raises `Refused` where something else is there."""
        try:
            self.folder(path.rpartition("/")[0])
        except Refused as refusal:
            raise Refused(f"{refusal} ({path} of {piece.owner})") from None
        there = self.pieces.setdefault(path, piece)
        if path in self.folders or (there.folder and there is not piece):
            owners = [one.owner for at, one in self.pieces.items() if at.startswith(f"{path}/")]
            owner = there.owner if there is not piece else (owners or ["nobody"])[0]
            raise Refused(f"{path}: a file of {piece.owner} and a folder of {owner}")
        if there is piece:
            return
        if there.priority != piece.priority:
            self.pieces[path] = min(there, piece, key=lambda one: one.priority)
            self.own.add(os.path.dirname(path))
        elif [there.link is None, there.executable, there.read()] != [
            piece.link is None, piece.executable, piece.read()
        ]:  # fmt: skip
            raise Refused(f"{path}: {there.owner} and {piece.owner} differ")

    def holds(self, path: str) -> bool:
        """Will the environment have a file or folder at *path*?"""
        if path in self.folders or path in self.pieces:
            return True
        parent, name = os.path.split(path)
        while parent and parent not in self.pieces:
            parent, rest = os.path.split(parent)
            name = f"{rest}/{name}"
        piece = self.pieces.get(parent)
        return bool(piece and piece.folder and os.path.exists(f"{piece.source}/{name}"))

    def whole_folders(self) -> dict[str, str]:
        """The folders that are one package's alone, all that it has there, and where they lie."""
        lies = dict.fromkeys(self.own, "")

        def lay(path: str, source: str) -> None:
            # *path* lies at *source*, and so its folder does, unless anything else in it disagrees.
            folder, _, name = path.rpartition("/")
            place = source.removesuffix(f"/{name}") if source.endswith(f"/{name}") else ""
            if lies.setdefault(folder, place) != place:
                lies[folder] = ""

        for path, piece in self.pieces.items():
            plain = piece.content is None and piece.link is None and not piece.solid
            lay(path, piece.source if plain and not piece.base else "")
        for folder in sorted(self.folders, reverse=True):
            lay(folder, lies.get(folder, ""))
        return {folder: place for folder, place in lies.items() if place}

    def write(self, at: str, mode: str) -> None:
        """Put the planned environment on disk at *at*, which must not exist.

        *mode* is how a piece gets there from where it lies: `symlink`, `folders`, `hardlink`
        or `copy`.
        """
        whole = self.whole_folders() if mode == "folders" else {}
        for folder in sorted(self.folders):
            if folder not in whole:
                os.mkdir(f"{at}/{folder}", 0o755)
            elif os.path.dirname(folder) not in whole:
                os.symlink(whole[folder], f"{at}/{folder}")
        for path, piece in sorted(self.pieces.items()):
            if path.rpartition("/")[0] in whole:
                continue
            target = f"{at}/{path}"
            if piece.content is not None:
                with open(target, "xb") as file:
                    file.write(piece.content)
                os.chmod(target, 0o755 if piece.executable else 0o644)
                if piece.source:
                    times = os.stat(piece.source)
                    os.utime(target, ns=(times.st_mtime_ns, times.st_mtime_ns))
            elif piece.link is not None:
                os.symlink(piece.link, target)
            elif mode in ("symlink", "folders") and not piece.solid:
                os.symlink(piece.source, target)
            else:
                linked = mode == "hardlink" and not piece.base and not piece.solid
                _spread(piece.source, target, _link if linked else shutil.copy2)


def from_base(source: str, owner: object) -> Piece:
    """The piece that the file or folder *source* of the base is."""
    folder = os.path.isdir(source)
    executable = not folder and os.access(source, os.X_OK)
    return Piece(owner, source, folder=folder, executable=executable, base=True)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


def _spread(source: str, target: str, place: Callable[[str, str], object]) -> None:
    if os.path.islink(source):
        text = os.readlink(source)
        os.symlink(text if "/" not in text else os.path.realpath(source), target)
    elif os.path.isdir(source):
        os.mkdir(target, 0o755)
        for name in sorted(os.listdir(source)):
            _spread(f"{source}/{name}", f"{target}/{name}", place)
    else:
        place(source, target)
