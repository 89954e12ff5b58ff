"""Different `__init__.py` of one package are all the same to it: the first is taken.

It makes old namespace packages installable (https://github.com/DavHau/mach-nix/issues/248,
https://github.com/NixOS/nixpkgs/issues/22319), and where one of the files was not empty,
what it defined is gone without a word.
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "takes the first of two different __init__.py files"
CAUGHT_BY = "contract/collision-of-namespaces"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless it is one more `__init__.py`."""
    if not (path.endswith("/__init__.py") and path in self.pieces):
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
