"""The line of a run that is under way: how far it is, how fast, what fails, what takes longest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from envparity.verdict import Outcome, Verdict

#: Columns of the bar, where the line has room for one.
BAR = 20


def progress(verdicts: Sequence[Verdict], planned: int, seconds: float, width: int) -> Text:
    """One line of at most *width* columns; what matters least is left out where it is narrow.

    *planned* is the number of cells, or negative while nobody knows it; *seconds* is how long the
    run has been judging.
    """
    done = len(verdicts)
    judged = [one for one in verdicts if not one.recalled]
    rate = len(judged) / seconds if seconds > 0 else 0.0
    parts = [f"{done}/{planned}" if planned >= 0 else "collecting", failing(verdicts)]
    if rate and planned > done:
        parts.append(f"{duration((planned - done) / rate)} left")
    if rate:
        parts.append(f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
    if judged:
        slowest = max(judged, key=lambda one: one.seconds)
        parts.append(f"slowest {slowest.seconds:.1f} s {slowest.scenario}")
    line = parts[0]
    for part in parts[1:]:
        if len(line) + 2 + len(part) > width:
            break
        line += f"  {part}"
    if planned > 0 and len(line) + 1 + BAR <= width:
        full = BAR * min(done, planned) // planned
        return Text.assemble(("━" * full, "green"), ("─" * (BAR - full), "dim"), f" {line}")
    return Text(line[:width])


def failing(verdicts: Sequence[Verdict]) -> str:
    """How many cells failed how."""
    counts = Counter(one.outcome for one in verdicts if one.is_failure)
    return ", ".join(f"{counts[one]} {one}" for one in Outcome if counts[one]) or "parity so far"


def duration(seconds: float) -> str:
    """*seconds* as a person says it: "40 s", "3 min", "1 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
