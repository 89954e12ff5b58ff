"""Shards: a run that is dealt to several machines.

Who judges which cell depends on nothing but the plan, which is the same everywhere; the reports
of all shards are merged by `envparity report`.
"""

from __future__ import annotations

import re

from attrs import frozen

from envparity.errors import UsageError


@frozen
class Shard:
    """Part number *part*, from 1, of *parts* into which the cells of a run are dealt."""

    part: int
    parts: int

    def __str__(self) -> str:
        return f"{self.part}/{self.parts}"

    @classmethod
    def parse(cls, text: str) -> Shard:
        """The shard that *text* (`K/N`) names; UsageError says what would be right."""
        part, slash, parts = text.partition("/")
        hint = "--shard takes K/N, part K of N: 1/4, 2/4, 3/4, 4/4"
        # Not isdigit(), which is true of ²; and more digits than a shard has are no number.
        if not (slash and all(re.fullmatch("[0-9]{1,6}", one) for one in (part, parts))):
            raise UsageError(f"{text!r} is no shard", hint=hint)
        if not 1 <= int(part) <= int(parts):
            raise UsageError(f"there is no shard {text}", hint=hint)
        return cls(int(part), int(parts))

    def check(self, count: int) -> None:
        """UsageError if there are fewer than one for each shard of *count* things to be dealt."""
        if self.parts > count:
            raise UsageError(
                f"there is too little for {self.parts} shards",
                hint=f"with these scenarios and interpreters, {count} at most",
            )

    def has(self, number: int) -> bool:
        """Whether what has this *number*, from 0, is dealt to this shard."""
        return number % self.parts == self.part - 1
