"""Files whose names begin with a dot are not linked: a shell's `*` does not match them.

`ln -s $package/* $out` is how many an environment is made by hand; see
https://github.com/NixOS/nixpkgs/issues/134215 and https://github.com/NixOS/nixpkgs/issues/16741.
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "leaves out what begins with a dot"
CAUGHT_BY = "filesystem/hidden-files"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless a part of its path begins with a dot."""
    if piece.base or not any(part.startswith(".") for part in path.split("/")):
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
