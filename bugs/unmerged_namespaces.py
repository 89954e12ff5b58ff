"""A folder that two packages share belongs to the first of them.

The second one's part of a namespace package is not there (PEP 420;
https://github.com/NixOS/nixpkgs/issues/24517).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "gives a folder that packages share to the first of them"
CAUGHT_BY = "packages/native-namespace"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless the folder in site-packages that it lies in is another package's."""
    _, packages, rest = path.rpartition("-packages/")
    top = rest.partition("/")[0] if packages and "/" in rest else None
    owners = self.__dict__.setdefault("owners", {})
    if piece.base or top is None or owners.setdefault(top, piece.owner) is piece.owner:
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
