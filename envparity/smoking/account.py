"""What a smoke test found, told line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from envparity.report.terminal import GLYPHS, printable, stories
from envparity.smoking.advice import Stage
from envparity.smoking.stages import Exchange, Finding
from envparity.verdict import Outcome

#: Lines that are shown of what a builder prints on one of its outputs, from the end.
LINES_SHOWN = 12


def headline(finding: Finding) -> Text:
    """The one line that a stage has while all is well."""
    glyph, style = GLYPHS[finding.ending]
    return Text.assemble((glyph, style), f" {finding.stage:<9} {printable(finding.words)}")


def diagnosis(findings: Sequence[Finding]) -> Iterator[Text]:
    """What there is to know of the last of *findings*, if it broke."""
    last = findings[-1]
    untried = list(Stage)[len(findings) :]
    if untried:
        yield Text(f"· not tried, since they rest on it: {', '.join(untried)}", style="dim")
    if last.ending is not Outcome.ERROR:
        return
    yield Text("")
    if last.exchange is not None:
        yield from _told(last.exchange)
    for line in last.evidence:
        yield Text(f"  {printable(line)}", style="dim")
    if last.verdict is not None and last.verdict.differences:
        yield Text("")
        yield from stories([last.verdict], limit=None)
    yield Text(f"look at: {last.advice}", style="bold")


def _told(exchange: Exchange) -> Iterator[Text]:
    for number, line in enumerate(exchange.asked.splitlines()):
        yield Text(f"  {'asked:   ' if not number else '         '} {printable(line)}")
    outcome = exchange.outcome
    ending = "stopped at its time limit" if outcome.timed_out else f"exit status {outcome.exit}"
    yield Text(f"  answered: {ending}")
    for name, text in (("stdout", outcome.stdout), ("stderr", outcome.stderr)):
        lines = text.splitlines()
        if len(lines) > LINES_SHOWN:
            yield Text(f"    {name}: … {len(lines) - LINES_SHOWN} lines before", style="dim")
        for line in lines[-LINES_SHOWN:]:
            yield Text(f"    {name}: {printable(line)}")
