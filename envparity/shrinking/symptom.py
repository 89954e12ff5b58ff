"""Symptoms: what has to stay the same for a smaller failure to be the same failure.

It is the first step that differs, how (which channels), and the shape of the first lines that
differ there, on both sides: the same lines but for numbers. Where a step dies, what counts is its
exit status and its last words, and not what it printed before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen

from envparity.comparison import Difference
from envparity.verdict import Outcome, Verdict


@frozen
class Symptom:
    """How a cell fails."""

    outcome: Outcome
    step: int
    """Number of the first step that differs, as its scenario counted it; -1 for none."""
    signs: frozenset[tuple[str, str]]
    """Channels and the shapes of what differs there."""


def symptom_of(verdict: Verdict, numbers: Sequence[int]) -> Symptom | None:
    """The symptom of a failing *verdict*, or None for one that says nothing about parity.

    *numbers* are the original numbers of the steps that were run.
    """
    if not verdict.outcome.is_deviation:
        return None
    if not verdict.differences:
        return Symptom(verdict.outcome, -1, frozenset({("reason", shape(verdict.reason))}))
    first = verdict.differences[0].step
    found = {one.what: one for one in verdict.differences if one.step == first}
    number = numbers[first] if numbers else -1
    telling = [found.get(what) for what in _telling(list(found))]
    signs = frozenset((one.what, difference_shape(one)) for one in telling if one is not None)
    return Symptom(verdict.outcome, number, signs)


def _telling(channels: Sequence[str]) -> list[str]:
    """Which of the *channels* that differ tell most of the cause."""
    if "exit status" in channels:
        return ["exit status", "stderr" if "stderr" in channels else channels[-1]]
    return list(channels[:1])


def difference_shape(difference: Difference) -> str:
    """The shape of the first line that *difference* takes away and of the first that it adds."""
    if difference.what == "stderr" and "Traceback" in difference.environment:
        return shape(difference.environment.rstrip().rpartition("\n")[2])
    lines = [line for line in difference.diff() if not line.startswith("@@")]
    gone = next((line for line in lines if line.startswith("-")), "-")
    come = next((line for line in lines if line.startswith("+")), "+")
    return f"{shape(gone)}\n{shape(come)}"


def shape(text: str) -> str:
    """*text* without what changes when something else is left out: numbers, digests, addresses."""
    text = re.sub(r"0x[0-9a-f]+|\b[0-9a-f]{16,}\b", "#", text)
    return re.sub(r"\d+", "0", text)
