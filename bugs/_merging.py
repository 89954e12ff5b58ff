"""What several bugs do: leave pieces of packages out of the merge."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reference.tree import Piece, Tree

_add = Tree.add


def leave_out(unwanted: Callable[[str, Piece], object]) -> Mapping[str, object]:
    """What a bug replaces to leave out each piece of a package that is *unwanted*, by its path."""

    def add(self: Tree, path: str, piece: Piece) -> None:
        if piece.base or not unwanted(path, piece):
            _add(self, path, piece)

    return {"reference.tree.Tree.add": add}
