""".pth files are left out, since environments are not supposed to run code at the start.

They add folders to the import path, make namespaces of old, and turn on coverage and debuggers
(https://github.com/NixOS/nixpkgs/issues/289340, https://github.com/spack/spack/issues/6131).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "leaves out .pth files"
CAUGHT_BY = "packages/pth-adds-a-folder"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless it is a .pth file."""
    if not path.endswith(".pth"):
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
