"""Programs in bin are links to where the packages are.

A compiled program asks /proc/self/exe where it is, and the dynamic linker expands `$ORIGIN` with
it: both see through the link, and the program looks for its data and libraries in the store
(https://github.com/conda/conda/issues/1947, https://github.com/NixOS/nixpkgs/issues/10290).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "links the programs of packages"
CAUGHT_BY = "scripts/compiled-program-finds-itself"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* as a link like any other."""
    piece.solid = False
    _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
