"""The account of an explanation: the layers as a table, both sides next to each other."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from envparity.explaining.explanation import Explanation
from envparity.explaining.layers import Fact, Layer
from envparity.report.terminal import link, printable

#: Facts of a layer that are shown: where the sides part, and elsewhere; lines of one fact.
FACTS, BRIEFLY, LINES = 6, 2, 8


def account(explanation: Explanation) -> RenderableType:
    """What is printed of *explanation*."""
    verdict = explanation.verdict
    head = [
        Text.assemble(
            (f"✗ {verdict.scenario}", "bold red"), f"  with {verdict.builder} on {verdict.python}"
        ),
        Text(f"  In vanilla: {verdict.summary}"),
        Text("  Reported: " + "  ".join(map(link, verdict.origin)), style="dim"),
        Text(f"  step {explanation.step + 1}: {printable(explanation.run)}", style="bold"),
        Text(f"  explained: {printable(explanation.program) or 'no program; the shell did it'}"),
    ]
    if not explanation.traced:
        words = "without strace: what a program executes on its way is not seen"
        head.append(Text(f"  {words}", style="yellow"))
    if not explanation.controlled:
        words = "without the reference to compare with, which is not at parity here"
        head.append(Text(f"  {words}", style="yellow"))
    first = explanation.first
    last = f"The sides part at: {first.name}" if first else "The sides part nowhere"
    return Group(*head, Text(""), _table(explanation), Text(""), Text(last, style="bold red"))


def _table(explanation: Explanation) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column("layer", no_wrap=True)
    for heading in ("", "vanilla", "environment"):
        table.add_column(heading, overflow="fold")
    first = explanation.first
    for layer in explanation.layers:
        mark, style = _mark(layer, first)
        at_length = layer is first or layer is explanation.layers[-1]
        rows = list(_rows(layer, FACTS if at_length else BRIEFLY))
        for number, (name, left, right) in enumerate(rows):
            table.add_row(
                Text(mark if number == 0 else "", style=style),
                Text(layer.name if number == 0 else "", style=style),
                Text(name),
                Text(left),
                Text(right),
            )
    return table


def _mark(layer: Layer, first: Layer | None) -> tuple[str, str]:
    """`≠►` where the sides part first, `≠` where they do later, `~` where no harm is done."""
    if layer is first:
        return "≠►", "bold red"
    if layer.parts:
        return "≠", "red"
    if any(fact.differs for fact in layer.facts):
        return "~", "yellow"
    return "=", "green"


def _rows(layer: Layer, limit: int) -> Iterator[tuple[str, str, str]]:
    """The facts that differ, or else one that says what the layer is about."""
    telling = [fact for fact in layer.facts if fact.parts]
    telling = telling or [fact for fact in layer.facts if fact.differs]
    if not telling:
        short = [f for f in layer.facts if f.vanilla and "\n" not in f.vanilla.strip()][:1]
        for fact in short:
            yield fact.name, printable(fact.vanilla.strip()), "the same"
        if not short:
            yield "", "–", "the same" if layer.facts else "–"
        return
    for fact in telling[:limit]:
        yield printable(fact.name), *_sides(fact)
    if len(telling) > limit:
        yield f"… {len(telling) - limit} more", "", ""


def _sides(fact: Fact) -> tuple[str, str]:
    """Both values; of long ones the lines that differ."""
    left, right = fact.vanilla.splitlines(), fact.environment.splitlines()
    if max(len(left), len(right)) > 1:
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
        changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
        left = [line for _, start, end, _, _ in changed for line in left[start:end]]
        right = [line for _, _, _, start, end in changed for line in right[start:end]]
    return _short(left), _short(right)


def _short(lines: list[str]) -> str:
    shown = [printable(line) for line in lines[:LINES]]
    more = [f"… {len(lines) - LINES} more"] if len(lines) > LINES else []
    return "\n".join([*shown, *more]) or "(nothing)"
