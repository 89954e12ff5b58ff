"""The names of programs are read with configparser, which makes them lower-case.

pip 7 did (https://github.com/pypa/pip/issues/2834), and shiv could not read two names that
differ by case alone (https://github.com/linkedin/shiv/issues/225): who types the name that the
documentation gives gets `command not found`.
"""

from __future__ import annotations

from reference.tree import Piece, Tree

SUMMARY = "makes the names of programs lower-case"
CAUGHT_BY = "scripts/capitals-in-the-name"

_add = Tree.add


def add(self: Tree, path: str, piece: Piece) -> None:
    """Plan *piece*, under a lower-case name if it is an entry point's script."""
    folder, _, name = path.rpartition("/")
    if piece.solid and b"\n    sys.exit(" in (piece.content or b""):
        path = f"{folder}/{name.lower()}"
    _add(self, path, piece)


REPLACES = {"reference.tree.Tree.add": add}
