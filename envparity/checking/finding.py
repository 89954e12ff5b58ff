"""Checks, and what they find."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

if TYPE_CHECKING:
    from envparity.checking.installation import Installation

#: Paths that a finding names; it counts the others.
PATHS_NAMED = 5


class Level(enum.StrEnum):
    """How bad a finding is."""

    DEFECT = "defect"
    """Something does not do what Python's documentation says, or will fail for somebody."""
    NOTE = "note"
    """Something is not as in a plain installation, and is meant to be or does no harm."""


@frozen
class Remark:
    """What a check has to say: *words* is a sentence without a full stop."""

    level: Level
    words: str
    paths: tuple[str, ...] = ()
    """What it is about, where that is files."""


@frozen
class Finding:
    """A remark, and the check that made it."""

    check: str
    claim: str
    """What is the case in a plain installation."""
    level: Level
    words: str
    paths: tuple[str, ...]
    origin: tuple[str, ...]
    """Where somebody was bitten by it, or where it is specified."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


Look = Callable[["Installation"], Iterator[Remark]]


@frozen
class Check:
    """One thing that is looked at. *claim* is what is the case in a plain installation."""

    name: str
    origin: tuple[str, ...]
    claim: str
    look: Look

    def findings(self, installation: Installation) -> Iterator[Finding]:
        """What there is to say of *installation*; a file that cannot be read is a note."""
        try:
            for one in self.look(installation):
                yield self._finding(one)
        except OSError as error:
            words = f"cannot be looked at: {error.filename}: {error.strerror}"
            yield self._finding(Remark(Level.NOTE, words))

    def _finding(self, one: Remark) -> Finding:
        return Finding(self.name, self.claim, one.level, one.words, one.paths, self.origin)


def check(*origin: str) -> Callable[[Look], Check]:
    """Make a check of a function: its name and the first line of its docstring are the check's."""

    def make(look: Look) -> Check:
        claim = (inspect.getdoc(look) or "").partition("\n")[0].rstrip(".")
        return Check(look.__name__.replace("_", "-"), origin, claim, look)

    return make


def defect(words: str, paths: Sequence[object] = ()) -> Remark:
    """A remark of the worse kind."""
    return Remark(Level.DEFECT, words, tuple(map(str, paths)))


def note(words: str, paths: Sequence[object] = ()) -> Remark:
    """A remark of the lighter kind."""
    return Remark(Level.NOTE, words, tuple(map(str, paths)))
