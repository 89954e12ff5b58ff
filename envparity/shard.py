"""Shards: a run that is dealt to several machines.

Who judges which cell depends on nothing but the plan, and on the durations of an earlier report
where one is given: both are the same everywhere. The reports of all shards are merged by
`envparity report`.
"""

from __future__ import annotations

import heapq
import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Self

from attrs import field, frozen

from envparity.cache import digest
from envparity.cell import CellId
from envparity.errors import UsageError
from envparity.report.jsonl import read_report
from envparity.verdict import Outcome

#: A scenario and the label of an interpreter. Its cells ask vanilla for the same thing, and are
#: never dealt to two machines.
Group = tuple[str, str]

#: How many ticks a second has: whole numbers add up alike everywhere.
TICKS = 10_000


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

    def share(self, weights: Mapping[Group, int]) -> frozenset[Group]:
        """The groups that are dealt to this shard."""
        return frozenset(deal(weights, self.parts)[self.part - 1])


@frozen
class Durations:
    """How long the cells of an earlier report took."""

    seconds: Mapping[CellId, float] = field(factory=dict)
    usual: float = 0.0
    """The median, which what is not known counts as."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Those of the report at *path*; ReportError, with the line, for what is no report."""
        verdicts = read_report(path).verdicts
        seconds = {(one.scenario, one.builder, one.python): one.seconds for one in verdicts}
        tried = [one.seconds for one in verdicts if one.outcome is not Outcome.SKIPPED]
        return cls(seconds, statistics.median(tried) if tried else 0.0)

    def weigh(self, groups: Iterable[Group], builders: Sequence[str]) -> dict[Group, int]:
        """The ticks that the cells of each group will take with *builders*, in the same order."""
        return {
            (scenario, python): sum(
                round(TICKS * self.seconds.get((scenario, builder, python), self.usual))
                for builder in builders
            )
            for scenario, python in groups
        }


def deal(weights: Mapping[Group, int], parts: int) -> list[list[Group]]:
    """The groups in *parts* hands: the heaviest first, each to the lightest hand.

    So no hand is heavier than the mean by more than one group. Ties go by the order of the groups
    and by the size and the order of the hands; groups that weigh the same go round.
    """
    hands: list[list[Group]] = [[] for _ in range(parts)]
    lightest = [(0, 0, number) for number in range(parts)]
    for group in sorted(weights, key=lambda one: -weights[one]):
        weight, size, number = lightest[0]
        hands[number].append(group)
        heapq.heapreplace(lightest, (weight + weights[group], size + 1, number))
    return hands


def name_of_dealing(weights: Mapping[Group, int]) -> str:
    """A digest of what decides who is dealt which cells."""
    return digest(*((*group, weight) for group, weight in weights.items()))
