"""Packages with compiled modules go into lib64, as where the 64-bit libraries are.

This Python looks into lib alone. pip on Amazon Linux installed them into a folder that it did
not read itself (https://github.com/pypa/pip/issues/4464; also
https://github.com/pypa/virtualenv/issues/1751).
"""

from __future__ import annotations

from reference.packages import Package
from reference.tree import Piece, Tree

SUMMARY = "puts packages with compiled modules into lib64"
CAUGHT_BY = "extensions/compiled-module"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* in another folder if its package has a compiled module."""
    head, packages, name = path.rpartition("-packages/")
    if packages and isinstance(piece.owner, Package):
        compiled = [at for at in piece.owner.files if "-packages/" in at and at.endswith(".so")]
        path = f"{head.replace('lib/', 'lib64/')}{packages}{name}" if compiled else path
    _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
