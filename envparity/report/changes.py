"""What a gate says on a terminal: what changed, worst first, and whether anything got worse."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from envparity.gate import Change, Gate, Transition
from envparity.report import terminal
from envparity.verdict import Verdict

#: Cells of one kind of change that are listed; the counts are of all.
LISTED = 40

_STYLES = {
    Change.BROKEN: "bold red",
    Change.FLAKY: "bold magenta",
    Change.GONE: "bold red",
    Change.INCOMPARABLE: "bold magenta",
    Change.FIXED: "green",
}


def changes(gate: Gate, *, verbose: bool = False, vanilla: bool = False) -> list[Text]:
    """The account of *gate*, a line each; what stayed as it was is only counted.

    With *verbose* failures that were there before are told as stories, too; with *vanilla* stories
    have all that vanilla did.
    """
    lines: list[Text] = []
    for change in Change:
        found = gate.of(change)
        if found and change is not Change.UNCHANGED:
            lines += _listed(change, found)
    failed = [
        one.verdict
        for one in gate.transitions
        if one.new and (one.is_worse or (verbose and one.change is not Change.UNCHANGED))
    ]
    lines += terminal.stories([*dict.fromkeys([*failed, *gate.unmet])], limit=None, vanilla=vanilla)
    counts = [f"{gate.counts[change]} {change}" for change in Change if gate.counts[change]]
    lines.append(Text(", ".join(counts) or "no cells"))
    for one in gate.unmet:
        words = f"required, and {_outcome(one)}: {one.scenario}  {one.builder}  {one.python}"
        lines.append(Text(words, style="bold red"))
    worse = sum(one.is_worse for one in gate.transitions)
    if worse:
        lines.append(Text(f"{terminal.counted(worse, 'cell')} got worse", style="bold red"))
    elif gate.is_green:
        lines.append(Text("nothing got worse", style="green"))
    return lines


def _listed(change: Change, found: Iterable[Transition]) -> list[Text]:
    cells = list(found)
    style = _STYLES.get(change, "dim")
    lines = [Text(f"{change}: {terminal.counted(len(cells), 'cell')}", style=style)]
    lines += [Text(f"  {_told(one)}", style=style) for one in cells[:LISTED]]
    if len(cells) > LISTED:
        lines.append(Text(f"  … and {len(cells) - LISTED} more", style="dim"))
    return [*lines, Text("")]


def _outcome(verdict: Verdict | None) -> str:
    if verdict is None:
        return "no such cell"
    return f"{verdict.outcome} as expected" if verdict.expected else str(verdict.outcome)


def told(transition: Transition) -> str:
    """What a cell was and is: "broken (parity → differs)"."""
    was, now = _outcome(transition.old), _outcome(transition.new)
    return f"{transition.change} ({was} → {now})" if was != now else f"{transition.change} ({now})"


def _told(transition: Transition) -> str:
    was, now = _outcome(transition.old), _outcome(transition.new)
    verdict = transition.verdict
    arrow = f"{was} → {now}" if was != now else now
    return f"{verdict.scenario}  {verdict.builder}  {verdict.python}  {arrow}"
