"""Files of a wheel are unpacked without their modes; only those in bin are executable.

`ZipFile.extractall` knows no modes. A compiler's helper or a hook that a package keeps among its
data is there and cannot be run (https://github.com/python-wheel-build/fromager/issues/513,
https://github.com/MrMino/wheelfile/issues/17).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "loses the executable bits of data"
CAUGHT_BY = "filesystem/file-modes"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece*, as a plain file unless it is a program."""
    if piece.executable and not piece.solid and not piece.base and piece.link is None:
        piece.content, piece.executable = piece.read(), False
    _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
