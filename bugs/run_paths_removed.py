"""Compiled programs lose the run path that leads from their own folder to the libraries.

A tool that repairs run paths takes every relative one for a remnant of the build
(https://github.com/pypa/auditwheel/issues/69; https://github.com/buildout/buildout/issues/225).
The library lies where it belongs, and is not found.
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "removes relative run paths from compiled programs"
CAUGHT_BY = "scripts/compiled-program-loads-a-library-beside-it"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece*, with zeros where it has a run path."""
    if piece.solid and not piece.base and (content := piece.read()).startswith(b"\x7fELF"):
        way = b"$ORIGIN/../lib\0"
        piece.content = content.replace(way, b"\0" * len(way))
    _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
