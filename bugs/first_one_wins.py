"""Where two packages have different files at one path, the first one wins, in silence.

`buildEnv` with `ignoreCollisions`, and every `ln -s … || true`. One of the two packages is
broken, and nobody is told (https://github.com/NixOS/nixpkgs/issues/28666,
https://github.com/NixOS/nixpkgs/issues/238094).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "lets the first of two different files win"
CAUGHT_BY = "contract/collision-of-modules"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless something is there."""
    if path not in self.pieces and path not in self.folders:
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
