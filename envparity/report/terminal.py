"""What a run prints: a live line, the matrix, and every difference with its story."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from envparity.comparison import Difference
from envparity.report.jsonl import Report
from envparity.step import StepOutcome
from envparity.verdict import Outcome, Verdict

#: One character per outcome, and its style.
GLYPHS = {
    Outcome.PARITY: ("✓", "green"),
    Outcome.DIFFERS: ("✗", "bold red"),
    Outcome.REFUSED: ("⊘", "bold red"),
    Outcome.ERROR: ("!", "bold magenta"),
    Outcome.UNSUPPORTED: ("–", "yellow"),
    Outcome.SKIPPED: ("·", "dim"),
}

#: A failure that is written down in the builder's expectations.
EXPECTED = ("≠", "yellow")

#: Lines of a diff that are printed; the report file has the whole.
DIFF_LINES = 24

#: Stories that are printed unless all are asked for.
STORIES = 20


def matrix(verdicts: Sequence[Verdict], *, fold: bool = True) -> RenderableType:
    """Scenario × interpreter, one table per builder, worst rows first.

    Scenarios with parity wherever they apply are folded into one row per theme when *fold*.
    """
    tables: list[RenderableType] = []
    for builder in dict.fromkeys(verdict.builder for verdict in verdicts):
        mine = [verdict for verdict in verdicts if verdict.builder == builder]
        tables += [Text(f"builder {builder}", style="bold"), _table(mine, fold=fold)]
    return Group(*tables)


def _table(verdicts: Sequence[Verdict], *, fold: bool) -> Table:
    pythons = list(dict.fromkeys(verdict.python for verdict in verdicts))
    pythons.sort(key=version_key)
    rows: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for verdict in verdicts:
        rows[verdict.scenario][verdict.python] = verdict
    table = Table(box=None, pad_edge=False)
    # The one column that may shrink: rich takes from all alike where none may wrap.
    table.add_column("scenario")
    for python in pythons:
        heading = _heading(python, pythons)
        width = max(map(len, heading.splitlines()))
        table.add_column(heading, no_wrap=True, min_width=width, justify="center")
    folded: Counter[str] = Counter()
    for name, cells in sorted(rows.items(), key=lambda row: (_worst(row[1].values()), row[0])):
        if fold and _is_parity(cells.values()):
            folded[name.partition("/")[0]] += 1
        else:
            table.add_row(_cut(name), *(_glyph(cells.get(python)) for python in pythons))
    for theme, count in sorted(folded.items()):
        passed = [_folded(theme, python, rows) for python in pythons]
        table.add_row(_cut(f"{theme}: parity in {counted(count, 'scenario')}"), *passed)
    return table


def _cut(name: str) -> Text:
    return Text(name, no_wrap=True, overflow="ellipsis")


def _heading(python: str, pythons: Sequence[str]) -> str:
    """The minor version where that says enough."""
    short = minor(python)
    alike = [other for other in pythons if minor(other) == short]
    return short if len(alike) == 1 else "\n".join(python.split("-", 1))


def minor(python: str) -> str:
    """The minor version in an interpreter's label."""
    return ".".join(python.split(".")[:2])


def _is_parity(cells: Collection[Verdict]) -> bool:
    """Whether a scenario is at parity wherever it applies, and applies somewhere."""
    outcomes = {one.outcome for one in cells}
    return outcomes <= {Outcome.PARITY, Outcome.SKIPPED} and Outcome.PARITY in outcomes


def _folded(theme: str, python: str, rows: Mapping[str, Mapping[str, Verdict]]) -> Text:
    """How many of a theme's folded scenarios are at parity for *python*."""
    passed = sum(
        python in cells and cells[python].outcome is Outcome.PARITY
        for name, cells in rows.items()
        if name.startswith(theme + "/") and _is_parity(cells.values())
    )
    return Text(str(passed) if passed else "·", style="green" if passed else "dim")


def _glyph(verdict: Verdict | None) -> Text:
    if verdict is None:
        return Text(" ")
    glyph, style = EXPECTED if verdict.expected else GLYPHS[verdict.outcome]
    return Text(glyph, style=style)


def _worst(cells: Iterable[Verdict]) -> int:
    """The severity of the worst cell; an expected failure is as bad as one not supported."""
    return min((Outcome.UNSUPPORTED if one.expected else one.outcome).severity for one in cells)


def version_key(python: str) -> tuple[object, ...]:
    """What orders the labels of interpreters."""
    release = python.split("-", maxsplit=1)[0]
    return ([int(part) if part.isdigit() else 0 for part in release.split(".")], python)


def alike(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """The failures among *verdicts*, the worst first; those that are one story are one list.

    Cells of one scenario and builder that differ in the same way are told together, and so are
    scenarios that failed for one reason.
    """
    groups: dict[tuple[Any, ...], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.is_failure:
            told = (verdict.scenario, verdict.shape) if verdict.differences else ()
            groups[(verdict.builder, verdict.outcome, verdict.reason, told)].append(verdict)
    return sorted(groups.values(), key=lambda same: (same[0].outcome.severity, -len(same)))


def stories(
    verdicts: Sequence[Verdict], *, limit: int | None = STORIES, vanilla: bool = False
) -> list[Text]:
    """Each failure once: what is expected, where it was reported, the diff, the command.

    With *vanilla* also all that vanilla did, as far as it was kept.
    Each text is one line, to be printed unwrapped, so that commands can be copied.
    """
    ordered = alike(verdicts)
    lines: list[Text] = []
    for same in ordered[:limit]:
        lines += _story(same, vanilla=vanilla)
        lines.append(Text(""))
    if limit is not None and len(ordered) > limit:
        lines.append(Text(f"… and {len(ordered) - limit} more; -v tells all", style="dim"))
    return lines


def _story(same: Sequence[Verdict], *, vanilla: bool) -> list[Text]:
    verdict = same[0]
    glyph, style = GLYPHS[verdict.outcome]
    names = list(dict.fromkeys(one.scenario for one in same))
    more = f" and {counted(len(names) - 1, 'more scenario')}" if len(names) > 1 else ""
    name = names[0] + more
    pythons = ", ".join(dict.fromkeys(one.python for one in same))
    lines = [
        Text.assemble(
            (f"{glyph} {name}", style),
            f"  {verdict.outcome} with {verdict.builder} on {pythons}",
        )
    ]
    if verdict.summary and len(names) == 1:
        lines.append(Text(f"  In vanilla: {in_a_sentence(verdict.summary)}"))
    if verdict.origin and len(names) == 1:
        lines.append(Text("  Reported: " + "  ".join(map(link, verdict.origin)), style="dim"))
    if verdict.outcome is not Outcome.DIFFERS:
        lines.append(Text(f"  {printable(verdict.reason)}"))
    for step, differences in itertools.groupby(verdict.differences, key=lambda one: one.step):
        told = list(differences)
        start = f"  step {step + 1}: "
        for line in told[0].run.strip().splitlines():
            lines.append(Text(start + printable(line), style="bold"))
            start = " " * len(start)
        for difference in told:
            lines += _told(difference)
    if vanilla and verdict.exhibit is not None:
        lines += _vanilla(verdict.exhibit.vanilla)
    lines.append(Text(f"  again: {verdict.rerun}", style="cyan"))
    return lines


def _vanilla(outcomes: Iterable[StepOutcome]) -> Iterator[Text]:
    """What each step did in vanilla, with the paths that it printed."""
    for number, outcome in enumerate(outcomes, 1):
        yield Text(f"  vanilla, step {number}: exit status {outcome.exit}", style="dim")
        for text in (outcome.stdout, outcome.stderr, *outcome.files.values()):
            lines = text.removesuffix("\n").split("\n") if text else []
            yield from (Text(f"    {printable(line)}", style="dim") for line in lines[:DIFF_LINES])
            if len(lines) > DIFF_LINES:
                more = counted(len(lines) - DIFF_LINES, "more line")
                yield Text(f"    … {more}", style="dim")


def _told(difference: Difference) -> list[Text]:
    """One difference: a line where both sides are one word, a diff otherwise."""
    if difference.what in {"exit status", "time limit"}:
        words = f"{difference.vanilla} in vanilla, {difference.environment} in the environment"
        return [Text(f"    {difference.what}: {words}")]
    what = printable(difference.what)
    lines = [Text(f"    {what}: - vanilla, + environment", style="dim")]
    diff = [line for line in difference.diff() if not line.startswith("@@")]
    for line in diff[:DIFF_LINES]:
        colour = {"-": "green", "+": "red"}.get(line[:1], "dim")
        lines.append(Text(f"    {printable(line)}", style=colour))
    if len(diff) > DIFF_LINES:
        lines.append(Text(f"    … {counted(len(diff) - DIFF_LINES, 'more line')}", style="dim"))
    return lines


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """*number* and *noun*, in the *plural* unless it is one."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def in_a_sentence(summary: str) -> str:
    """A scenario's *summary* without its capital, unless the word is all capitals (PYTHONHOME)."""
    return summary if summary[1:2].isupper() else summary[:1].lower() + summary[1:]


def link(origin: str) -> str:
    """The address of an origin, where it has one that can be told from its name."""
    if "#" in origin and not origin.startswith("http"):
        repository, _, number = origin.partition("#")
        return f"https://github.com/{repository}/issues/{number}"
    if origin.startswith("PEP "):
        return f"https://peps.python.org/pep-{int(origin[4:]):04}/"
    return origin


def printable(text: str) -> str:
    """*text* with control characters shown, so that no output of a step steers the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def totals(verdicts: Sequence[Verdict], seconds: float) -> Text:
    """The last line: how many cells ended how."""
    counts = Counter(verdict.outcome for verdict in verdicts if not verdict.expected)
    expected = sum(bool(verdict.expected) for verdict in verdicts)
    parts: list[str | tuple[str, str]] = [counted(len(verdicts), "cell")]
    for outcome in (Outcome.PARITY, *(one for one in Outcome if one is not Outcome.PARITY)):
        if counts[outcome]:
            parts += [
                ": " if len(parts) == 1 else ", ",
                (f"{counts[outcome]} {outcome}", GLYPHS[outcome][1]),
            ]
    if expected:
        words = f"{expected} expected to fail"
        parts += [": " if len(parts) == 1 else ", ", (words, EXPECTED[1])]
    recalled = sum(verdict.recalled for verdict in verdicts)
    known = f" ({recalled} as before, from the cache)" if recalled else ""
    return Text.assemble(*parts, f" in {seconds:.1f} s{known}")


def legend() -> Text:
    """What the glyphs mean."""
    words = [f"{glyph} {outcome}" for outcome, (glyph, _) in GLYPHS.items()]
    words.append(f"{EXPECTED[0]} expected")
    return Text("  ".join(words), style="dim")


def skips(verdicts: Sequence[Verdict]) -> list[Text]:
    """Why cells were skipped, not supported or expected to fail: each reason once, counted."""
    counts = Counter(
        ("expected to fail", verdict.expected) if verdict.expected else
        (str(verdict.outcome), verdict.reason)
        for verdict in verdicts
        if verdict.expected or not verdict.outcome.is_judged
    )  # fmt: skip
    return [
        Text(f"{count} {what}: {printable(reason)}", style="dim")
        for (what, reason), count in counts.most_common()
    ]


def account(report: Report, *, verbose: bool = False) -> list[RenderableType]:
    """What a run printed when it ended, from its *report*: matrix, stories, skips, totals."""
    verdicts = report.verdicts
    return [
        matrix(verdicts, fold=not verbose),
        legend(),
        Text(""),
        *stories(verdicts, limit=None if verbose else STORIES),
        *skips(verdicts),
        totals(verdicts, sum(verdict.seconds for verdict in verdicts)),
    ]


def make_console(*, color: bool | None = None) -> Console:
    """The console of a run; without colours when it is no terminal, or with NO_COLOR.

    With *color* False it is plain text, whatever it is printed to.
    """
    return Console(
        highlight=False,
        soft_wrap=False,
        color_system=None if color is False else "auto",
        no_color=None if color is None else not color,
    )
