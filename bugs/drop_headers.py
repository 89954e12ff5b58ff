"""Headers that a wheel brings are left out, since nothing imports them.

Extensions are compiled against them, where sysconfig says they are
(https://github.com/pypa/pip/issues/9839).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "leaves out the headers of packages"
CAUGHT_BY = "packages/headers"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless it is a package's header."""
    if piece.base or not path.endswith(".h"):
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
