"""RECORD is left out of the merge, like the other files that only installers read.

Tools ask it what a distribution consists of: importlib.metadata.files is None, uninstalling and
auditing find nothing (https://github.com/pypa/pip/issues/8549; PEP 376).
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "leaves out RECORD"
CAUGHT_BY = "packages/installed-files-are-there"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece* unless it is a RECORD."""
    if not path.endswith(".dist-info/RECORD"):
        _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
