"""The gate: what changed between two runs, and whether anything got worse.

A failure that was there before blocks nobody; one that was not does. What cannot be compared is
never taken for unchanged: a cell that was judged and is not any more, a scenario or an interpreter
that is not the one of before, runs of the same thing that disagree.
"""

from __future__ import annotations

import difflib
import enum
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from attrs import evolve, frozen

from envparity.errors import UsageError
from envparity.report.jsonl import Report
from envparity.scenario import is_named
from envparity.verdict import Outcome, Verdict


class Change(enum.StrEnum):
    """What became of a cell, from worst to best."""

    BROKEN = "broken"
    """It was at parity, and fails."""
    FLAKY = "flaky"
    """Runs of the same thing disagree."""
    GONE = "gone"
    """It was judged, and is not any more."""
    INCOMPARABLE = "not comparable"
    """It fails, and what it failed before was another scenario or interpreter."""
    CHANGED = "differs otherwise"
    """It failed before, in another way."""
    STILL = "still different"
    """It failed before, in the same way."""
    NEW = "new"
    """It was not judged before."""
    FIXED = "fixed"
    UNCHANGED = "unchanged"
    """At parity, expected to fail, or not judged, as before."""


@frozen
class Transition:
    """One cell in two runs; None where a run has no such cell."""

    change: Change
    old: Verdict | None
    new: Verdict | None

    @property
    def verdict(self) -> Verdict:
        """The newer of the two."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def is_worse(self) -> bool:
        """Whether the gate stays shut for this cell."""
        if self.change is Change.GONE:
            return self.old is not None and not self.old.is_failure
        return self.change in {Change.BROKEN, Change.FLAKY, Change.INCOMPARABLE}


@frozen
class Gate:
    """All that changed, and what was required beside."""

    transitions: tuple[Transition, ...]
    unmet: tuple[Verdict, ...] = ()
    """Cells that are required to be at parity, and are not."""

    @property
    def is_green(self) -> bool:
        """Whether nothing got worse and everything that is required holds."""
        return not self.unmet and not any(one.is_worse for one in self.transitions)

    @property
    def counts(self) -> Mapping[Change, int]:
        """How many cells changed how; unchanged ones included."""
        return Counter(one.change for one in self.transitions)

    def of(self, change: Change) -> list[Transition]:
        """The cells that changed in this way, in order."""
        return [one for one in self.transitions if one.change is change]


Key = tuple[str, str, str]


def compare(old: Report, news: Sequence[Report], *, require: Iterable[str] = ()) -> Gate:
    """What became of the cells of *old* in *news*, which are runs of one thing.

    Where both sides judged one builder each, they are compared whatever the two are called: a
    patch and what it is based on. *require* has scenarios, themes or globs that have to be at
    parity whatever *old* says; raises `UsageError` for one that matches no cell.
    """
    one_each = all(len(_builders(report)) == 1 for report in (old, *news))

    def by_key(report: Report) -> dict[Key, Verdict]:
        return {
            (one.scenario, "" if one_each else one.builder, one.python): one
            for one in report.verdicts
        }

    before, runs = by_key(old), [by_key(report) for report in news]
    builds = _builds(old), _builds(news[0])
    transitions = []
    for key in sorted({*before, *(key for run in runs for key in run)}):
        was, found = before.get(key), [run.get(key) for run in runs]
        now = min(filter(None, found), key=lambda one: one.outcome.severity, default=None)
        if len({one and (one.outcome, one.shape) for one in found}) > 1:
            change = Change.FLAKY
        elif was and now and now.is_failure and not _is_alike(was, now, builds):
            change = Change.INCOMPARABLE
        else:
            change = _change(was, now)
        transitions.append(Transition(change, was, now))
    transitions.sort(key=lambda one: list(Change).index(one.change))
    return Gate(tuple(transitions), _unmet(news, require))


def within(
    old: Report,
    patterns: Sequence[str],
    now: Report,
    cells: Collection[tuple[str, str]] | None = None,
) -> Report:
    """What *old* says of the scenarios of *patterns* (all, if none), on interpreters of *now*.

    With *cells*, of these scenarios and interpreters alone: those of a shard.
    """
    builds = _builds(now)
    verdicts = [
        one
        for one in old.verdicts
        if one.python in builds
        and (cells is None or (one.scenario, one.python) in cells)
        and (not patterns or any(is_named(one.scenario, pattern) for pattern in patterns))
        and (len(_builders(old)) == 1 or one.builder in _builders(now))
    ]
    return evolve(old, verdicts=tuple(verdicts))


def _is_alike(was: Verdict, now: Verdict, builds: Sequence[Mapping[str, object]]) -> bool:
    """Whether both judged one scenario, with one interpreter."""
    one, other = builds
    return was.digest == now.digest and one.get(was.python) == other.get(now.python)


def _change(was: Verdict | None, now: Verdict | None) -> Change:
    """What became of a cell that is the same in both runs."""
    judged = [one is not None and one.outcome.is_judged for one in (was, now)]
    if judged != [True, True]:
        return {(False, True): Change.NEW, (True, False): Change.GONE}.get(
            (judged[0], judged[1]), Change.UNCHANGED
        )
    assert was is not None
    assert now is not None
    if not now.is_failure:
        return Change.FIXED if was.is_failure else Change.UNCHANGED
    if not was.outcome.is_failure:
        return Change.BROKEN
    alike = (was.outcome, was.shape) == (now.outcome, now.shape)
    return Change.STILL if alike else Change.CHANGED


def _unmet(news: Sequence[Report], require: Iterable[str]) -> tuple[Verdict, ...]:
    verdicts = [one for report in news for one in report.verdicts]
    found: dict[Key, Verdict] = {}
    for pattern in require:
        named = [one for one in verdicts if is_named(one.scenario, pattern)]
        judged = [one for one in named if one.outcome.is_judged]
        if not judged:
            known = sorted({one.scenario for one in verdicts if one.outcome.is_judged})
            themes = sorted({name.partition("/")[0] for name in known})
            close = difflib.get_close_matches(pattern, [*themes, *known], cutoff=0.5)
            raise UsageError(
                f"nothing that {pattern!r} requires was judged",
                hint=f"nearest: {', '.join(close)}" if close and not named else None,
            )
        for one in judged:
            if one.outcome is not Outcome.PARITY:
                found[one.scenario, one.builder, one.python] = one
    return tuple(found.values())


def _builders(report: Report) -> set[str]:
    return {str(one["asked"]) for one in report.header.get("builders", ())}


def _builds(report: Report) -> dict[str, tuple[str, str]]:
    """What each interpreter is, by its label; the same one may lie elsewhere on each machine."""
    return {
        one["python"]: (one["version"], one["build"])
        for one in report.header.get("interpreters", ())
    }
