"""The verdict on one cell: one scenario, one builder, one interpreter."""

from __future__ import annotations

import enum
import math
import re
import shlex
from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from envparity.comparison import Difference
from envparity.exhibit import Exhibit

#: In the place of a builder and an interpreter where a cell could not even be planned.
NOBODY = "-"

_WORDS = ("scenario", "builder", "python", "reason", "summary", "expected", "digest")


class Outcome(enum.StrEnum):
    """How a cell ended. The order is from worst to best, as reports list them."""

    ERROR = "error"
    """The harness, the scenario or the builder broke: nothing is known about parity."""
    DIFFERS = "differs"
    REFUSED = "refused"
    """The builder refused what vanilla can do."""
    UNSUPPORTED = "unsupported"
    """The builder says that it does not serve this interpreter or request."""
    SKIPPED = "skipped"
    """The scenario does not apply here; the reason names what is missing."""
    PARITY = "parity"

    @property
    def is_failure(self) -> bool:
        """Whether a run with such a cell is not green, unless it is expected."""
        return self.is_deviation or self is Outcome.ERROR

    @property
    def is_deviation(self) -> bool:
        """Whether the builder made something else than vanilla, or refused what vanilla can do."""
        return self in {Outcome.DIFFERS, Outcome.REFUSED}

    @property
    def is_judged(self) -> bool:
        """Whether the cell was tried; the others say nothing of what the builder makes."""
        return self not in {Outcome.UNSUPPORTED, Outcome.SKIPPED}

    @property
    def severity(self) -> int:
        """The place in the order of outcomes: 0 is the worst."""
        return list(Outcome).index(self)


@frozen
class Verdict:
    """The outcome of one cell and what it rests on."""

    scenario: str
    """`theme/name` or `theme/name[case]`."""
    builder: str
    """As it was asked for."""
    python: str
    """The interpreter's label."""
    outcome: Outcome
    reason: str = ""
    """One line; empty for parity."""
    differences: tuple[Difference, ...] = ()
    summary: str = ""
    origin: tuple[str, ...] = ()
    expected: str = ""
    """Why this failure is known and written down; empty unless it is."""
    digest: str = ""
    """The scenario's, so that a later run knows whether it judges the same."""
    seconds: float = field(default=0.0, eq=False)
    spent: Mapping[str, float] = field(factory=dict, eq=False)
    """Of these, on what: `oracle`, `build`, `steps`; the rest is the harness's."""
    processor: float = field(default=0.0, eq=False)
    """Seconds of processor time of what was under test: builders, steps, and vanilla's steps."""
    recalled: bool = field(default=False, eq=False)
    """Whether an earlier run came to it, and nothing that it rests on has changed since."""
    exhibit: Exhibit | None = field(default=None, eq=False, repr=False)
    """Both sides and the environment, of a cell that differs or is in error."""

    @property
    def is_failure(self) -> bool:
        """Whether a run with this cell is not green."""
        return self.outcome.is_failure and not self.expected

    @property
    def shape(self) -> str:
        """How it fails, but for numbers: a version in a path makes no other failure."""
        told = (
            [self.reason]
            if not self.differences
            else [
                f"{one.step} {one.what} {one.vanilla} | {one.environment}"
                for one in self.differences
            ]
        )
        return re.sub(r"\d+(\.\d+)+|(?<=python)\d+", "X.Y", "\n".join(told))

    @property
    def rerun(self) -> str:
        """The command that runs this one cell again; lint for a scenario that cannot be read."""
        if self.builder == NOBODY:
            return "envparity lint"
        return shlex.join(
            ("envparity", "run", self.scenario, "--builder", self.builder, "--python", self.python)
        )

    def to_json(self) -> dict[str, Any]:
        """The cell's line of a report; `from_json` reads it back."""
        return {
            "kind": "cell",
            "scenario": self.scenario,
            "builder": self.builder,
            "python": self.python,
            "outcome": str(self.outcome),
            "seconds": round(self.seconds, 4),
            "spent": {part: round(seconds, 4) for part, seconds in self.spent.items()},
            "processor": round(self.processor, 4),
            "reason": self.reason,
            "differences": [one.to_json() for one in self.differences],
            "summary": self.summary,
            "origin": list(self.origin),
            "expected": self.expected,
            "digest": self.digest,
            "cached": self.recalled,
            "rerun": self.rerun,
            **({} if self.exhibit is None else {"evidence": self.exhibit.to_json()}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """The verdict that `to_json` wrote; TypeError or ValueError for what it never writes."""
        for name in _WORDS:
            if not isinstance(data[name], str):
                raise TypeError(f"`{name}` is no string")
        origin, evidence, seconds = data["origin"], data.get("evidence"), data["seconds"]
        if not (isinstance(origin, list) and all(isinstance(one, str) for one in origin)):
            raise TypeError("`origin` is no list of strings")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise TypeError("`seconds` is no number")
        if not 0 <= seconds < math.inf:
            raise ValueError(f"{seconds} seconds")
        processor = data.get("processor", 0.0)
        if isinstance(processor, bool) or not isinstance(processor, int | float):
            raise TypeError("`processor` is no number")
        spent, recalled = dict(data.get("spent", {})), data.get("cached", False)
        if not all(isinstance(one, int | float) for one in spent.values()):
            raise TypeError("`spent` has something that is no number")
        if not isinstance(recalled, bool):
            raise TypeError("`cached` is neither true nor false")
        return cls(
            scenario=data["scenario"],
            builder=data["builder"],
            python=data["python"],
            outcome=Outcome(data["outcome"]),
            reason=data["reason"],
            differences=tuple(Difference.from_json(one) for one in data["differences"]),
            summary=data["summary"],
            origin=tuple(origin),
            expected=data["expected"],
            digest=data["digest"],
            seconds=seconds,
            spent=spent,
            processor=processor,
            recalled=recalled,
            exhibit=None if evidence is None else Exhibit.from_json(evidence),
        )
