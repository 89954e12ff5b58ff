"""Findings: the reasons for which cells of a builder fail, and how many cells each explains."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from attrs import field, frozen

from envparity.expectation import Expectation, Expectations, Rule
from envparity.record import Cells
from envparity.report.terminal import version_key
from envparity.scenario import THEMES
from envparity.verdict import Verdict

#: What becomes of cells, in the order of the columns.
ENDINGS = ("parity", "expected", "unexpected", "unsupported", "skipped")

Counts = Mapping[str, int]
"""Numbers of cells by what became of them, as `ENDINGS` calls it."""


@frozen
class Finding:
    """One reason for which cells of a builder fail, as its expectations give it."""

    reason: str
    reported: tuple[str, ...]
    example: tuple[str, str]
    """A scenario and an interpreter that show it."""
    cells: Cells

    @property
    def count(self) -> int:
        """The number of cells."""
        return sum(map(len, self.cells.values()))


@frozen
class BuilderRecord:
    """What became of one builder."""

    version: str
    """What it is, in words: the tool and its version."""
    themes: Mapping[str, Mapping[str, Counts]]
    """By theme and interpreter."""
    findings: tuple[Finding, ...] = ()
    """Those with the most cells first."""
    unexpected: Cells = field(factory=dict)

    def counts(self, *, theme: str = "", python: str = "") -> Counter[str]:
        """The cells of one theme, one interpreter, or all."""
        total: Counter[str] = Counter()
        for name, pythons in self.themes.items():
            for label, counts in pythons.items():
                if theme in {"", name} and python in {"", label}:
                    total.update(counts)
        return total


def _ending(verdict: Verdict) -> str:
    if verdict.outcome.is_failure:
        return "expected" if verdict.expected else "unexpected"
    return str(verdict.outcome)


def builder_record(
    verdicts: Sequence[Verdict],
    version: str,
    expectations: Expectations,
    versions: Mapping[str, str],
) -> BuilderRecord:
    """What became of one builder, called *version*, in all of its *verdicts*.

    *expectations* tell what explains its failures, *versions* those of interpreters by label.
    """
    counts: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(
        lambda: defaultdict(Counter)
    )
    unexpected: defaultdict[str, list[str]] = defaultdict(list)
    reasons: defaultdict[str, list[tuple[Verdict, bool]]] = defaultdict(list)
    reported: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for one in sorted(verdicts, key=lambda one: (one.scenario, version_key(one.python))):
        counts[one.scenario.partition("/")[0]][one.python][_ending(one)] += 1
        if one.is_failure:
            unexpected[one.scenario].append(one.python)
        elif one.outcome.is_failure:
            known = _explained_by(one, versions.get(one.python, one.python), expectations)
            told = {rule.reason: rule.reported for rule in known} or {one.expected: ()}
            for reason, references in told.items():
                reasons[reason].append((one, len(told) == 1))
                reported[reason].update(dict.fromkeys(references))
    findings = [_finding(name, tuple(reported[name]), found) for name, found in reasons.items()]
    return BuilderRecord(
        version,
        {theme: counts[theme] for theme in THEMES if theme in counts},
        tuple(sorted(findings, key=lambda one: (-one.count, one.reason))),
        {scenario: tuple(pythons) for scenario, pythons in unexpected.items()},
    )


def _explained_by(
    verdict: Verdict, version: str, expectations: Expectations
) -> Sequence[Expectation | Rule]:
    """The entry or the rules that explain *verdict*; none if they were changed since."""
    cell = (verdict.scenario, verdict.builder, verdict.python, version)
    entries = [
        entry
        for entry in expectations.entries
        if entry.cells.cover(*cell) and entry.explains(verdict)
    ]
    return entries[:1] or expectations.applied(verdict, version)


def _finding(
    reason: str, reported: tuple[str, ...], found: Sequence[tuple[Verdict, bool]]
) -> Finding:
    """The finding *reason* of verdicts, each with whether it is the only one there."""
    cells: defaultdict[str, list[str]] = defaultdict(list)
    for verdict, _ in found:
        cells[verdict.scenario].append(verdict.python)
    # What shows nothing else, and shows it on the newest interpreter, tells most.
    best, _ = max(found, key=lambda one: (one[1], version_key(one[0].python)))
    example = (best.scenario, best.python)
    return Finding(reason, reported, example, {name: tuple(where) for name, where in cells.items()})
