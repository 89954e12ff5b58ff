"""Two names that differ by case alone are taken for one, as on a Mac.

A merge that compares names without regard to case refuses packages that every Linux installation
can hold (https://github.com/NixOS/nixpkgs/issues/238094 is about such a collision; PEP 235).
"""

from __future__ import annotations

from reference.errors import Refused
from reference.tree import Piece, Tree

SUMMARY = "takes names that differ by case for one"
CAUGHT_BY = "filesystem/names-differ-by-case"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Refuse a path that is there in another spelling."""
    if piece.base or path in self.pieces:
        return _add(self, path, piece)
    spellings = self.__dict__.setdefault("spellings", {})
    if spellings.setdefault(path.lower(), path) != path:
        raise Refused(f"{path}: {spellings[path.lower()]} is there")
    return _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
