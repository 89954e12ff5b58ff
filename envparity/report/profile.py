"""The profile: where the seconds of a run went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from envparity.report.terminal import version_key
from envparity.stopwatch import PARTS
from envparity.verdict import Verdict

#: The parts of a cell's time, in the order of the columns.
COLUMNS = (*PARTS, "harness")

#: Cells that are named as the dearest.
DEAREST = 5


def profile(verdicts: Sequence[Verdict], seconds: float, workers: int) -> RenderableType:
    """Tables by theme and by interpreter, for a run of *seconds* by *workers*.

    Waiting is what workers had and no cell used: starting, collecting, and idling at the end.
    Verdicts from the cache took nothing and are left out.
    """
    judged = [one for one in verdicts if not one.recalled and one.spent]
    spent = sum(one.seconds for one in judged)
    waiting = max(0.0, seconds * workers - spent)
    by_theme = _table("theme", judged, lambda one: one.scenario.partition("/")[0], sorted)
    by_python = _table(
        "python", judged, lambda one: one.python, lambda names: sorted(names, key=version_key)
    )
    total = f"{seconds:.1f} s × {workers} = {seconds * workers:.1f} s; {waiting:.1f} s of waiting"
    used = sum(one.processor for one in judged)
    if used:
        total += f"; {seconds * workers / used:.2f} × the {used:.1f} s of processor time under test"
    dearest = sorted(judged, key=lambda one: -one.seconds)[:DEAREST]
    lines = [
        Text(f"{one.seconds:6.1f} s  {one.scenario} with {one.builder} on {one.python}")
        for one in dearest
    ]
    return Group(by_theme, Text(), by_python, Text(), Text(total), *lines)


def _table(
    heading: str,
    verdicts: Sequence[Verdict],
    group: Callable[[Verdict], str],
    order: Callable[[Iterable[str]], list[str]],
) -> Table:
    groups: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        groups[group(verdict)].append(verdict)
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column(heading, "all")
    table.add_column("cells", str(len(verdicts)), justify="right")
    for name, total in zip((*COLUMNS, "s"), _sums(verdicts), strict=True):
        table.add_column(name, f"{total:.1f}", justify="right")
    table.add_column("ms a cell", _each(verdicts), justify="right")
    for name in order(groups):
        mine = groups[name]
        sums = [f"{one:.1f}" for one in _sums(mine)]
        table.add_row(name, str(len(mine)), *sums, _each(mine))
    return table


def _sums(verdicts: Sequence[Verdict]) -> list[float]:
    """Seconds by column, and altogether."""
    parts = [sum(one.spent.get(part, 0.0) for one in verdicts) for part in PARTS]
    whole = sum(one.seconds for one in verdicts)
    return [*parts, whole - sum(parts), whole]


def _each(verdicts: Sequence[Verdict]) -> str:
    whole = sum(one.seconds for one in verdicts)
    return f"{1000 * whole / len(verdicts):.0f}" if verdicts else "-"
