"""Files without content are not worth a link.

`py.typed` is empty, and so is many an `__init__.py`: type checkers call the package untyped
(https://github.com/python/mypy/issues/5701), and a regular package becomes a namespace
(https://github.com/NixOS/nixpkgs/issues/82453; PEP 561).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "leaves out empty files"
CAUGHT_BY = "packages/typed-marker"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless it is an empty file of a package."""
    if piece.base or piece.link is not None or piece.read():
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
