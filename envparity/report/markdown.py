"""Markdown for a pull request or `$GITHUB_STEP_SUMMARY`: the worst first, details folded.

GitHub takes 65,536 characters in a comment. What does not fit is counted, never cut in two, and
nothing that a builder or a scenario says is Markdown: no mention, no link, no end of a block.
"""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from envparity.comparison import Difference
from envparity.gate import Change, Gate, Transition
from envparity.report.changes import told
from envparity.report.jsonl import Report
from envparity.report.terminal import (
    EXPECTED,
    GLYPHS,
    alike,
    counted,
    in_a_sentence,
    link,
    printable,
    totals,
    version_key,
)
from envparity.verdict import Outcome, Verdict

#: Bytes of a page: what GitHub allows, whether it counts characters or bytes.
LIMIT = 65_536

#: Bytes that are kept for what says how much did not fit, and for the last line.
_RESERVE = 1_500
#: Rows of the table of failures, and columns of it.
_ROWS, _COLUMNS = 40, 20
#: Lines of a diff, differences of a story, interpreters that are named, and characters of a word.
_DIFF, _DIFFERENCES, _NAMED, _WORD = 24, 8, 12, 300
#: Bytes below which no story is tried any more.
_SMALLEST = 400
#: Characters of a reason, and changes of one kind that are listed.
_REASON, _LISTED = 2_000, 100


class _Page:
    """Blocks of Markdown that together stay below a limit."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self._blocks: list[str] = []

    def add(self, block: str) -> bool:
        """Put *block* on the page if there is room; whether there was."""
        size = len(block.encode()) + 2
        if size > self.left:
            return False
        self.left -= size
        self._blocks.append(block)
        return True

    def text(self) -> str:
        return "\n\n".join(self._blocks) + "\n"


def markdown(report: Report, gate: Gate | None = None, *, limit: int = LIMIT) -> str:
    """*report* as a page of at most *limit* bytes of Markdown; with *gate*, what has changed."""
    page = _Page(limit - _RESERVE)
    if gate is None:
        shown = [one for one in report.verdicts if one.is_failure]
        page.add(_heading(_summary(shown, report)))
    else:
        worse = [one.verdict for one in gate.transitions if one.is_worse]
        shown = list(dict.fromkeys([*worse, *gate.unmet]))
        page.add(_heading(_gist(gate)))
        page.add(_changes(gate))
    page.add(_words(totals(report.verdicts, sum(one.seconds for one in report.verdicts)).plain))
    failed = [one for one in shown if one.outcome is not Outcome.PARITY]
    for rows in (_ROWS, _ROWS // 4, 1):
        if page.add(_table(failed, rows)):
            break
    if gate is not None:
        _listing(page, "Got worse", [one for one in gate.transitions if one.is_worse])
    _stories(page, [one for one in shown if one.is_failure])
    if gate is not None:
        _listing(page, "Fixed", gate.of(Change.FIXED))
    last = _Page(_RESERVE)
    last.add(f"<sub>{_about(report)}</sub>")
    return page.text() + "\n" + last.text()


def _heading(words: str) -> str:
    return f"## envparity: {words}"


def _summary(failures: Sequence[Verdict], report: Report) -> str:
    if not failures:
        return "parity" if any(one.outcome.is_judged for one in report.verdicts) else "nothing ran"
    counts = Counter(one.outcome for one in failures)
    return ", ".join(f"{counts[one]} {one}" for one in sorted(counts, key=lambda a: a.severity))


def _gist(gate: Gate) -> str:
    worse = sum(one.is_worse for one in gate.transitions)
    if worse:
        return f"{counted(worse, 'cell')} got worse"
    if gate.unmet:
        return f"required to be at parity, and not: {counted(len(gate.unmet), 'cell')}"
    return "nothing got worse"


def _changes(gate: Gate) -> str:
    """How many cells changed how, as a table."""
    changes = [change for change in Change if gate.counts[change]]
    if not changes:
        return "No cells."
    return "\n".join(
        (
            "| " + " | ".join(changes) + " |",
            "| " + " | ".join("---:" for _ in changes) + " |",
            "| " + " | ".join(str(gate.counts[change]) for change in changes) + " |",
        )
    )


def _table(failures: Iterable[Verdict], limit: int) -> str:
    """Scenario × interpreter, for what failed."""
    rows: dict[tuple[str, str], dict[str, Verdict]] = {}
    for verdict in sorted(failures, key=lambda one: one.outcome.severity):
        rows.setdefault((verdict.builder, verdict.scenario), {})[verdict.python] = verdict
    if not rows:
        return "Nothing to look at."
    found = sorted({python for cells in rows.values() for python in cells}, key=version_key)
    pythons = found[:_COLUMNS]
    lines = [
        "| builder | scenario | " + " | ".join(map(_code, pythons)) + " |",
        "| --- | --- |" + " :---: |" * len(pythons),
    ]
    for (builder, scenario), cells in itertools.islice(rows.items(), limit):
        glyphs = [_glyph(cells.get(python)) for python in pythons]
        lines.append(f"| {_code(builder)} | {_code(scenario)} | {' | '.join(glyphs)} |")
    more = [counted(len(rows) - limit, "more row")] if len(rows) > limit else []
    if len(found) > _COLUMNS:
        more.append(counted(len(found) - _COLUMNS, "more interpreter"))
    return "\n".join(lines) + (f"\n\n… and {', '.join(more)}" if more else "")


def _glyph(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    return EXPECTED[0] if verdict.expected else GLYPHS[verdict.outcome][0]


def _stories(page: _Page, failures: Sequence[Verdict]) -> None:
    """As many stories as there is room for, the worst first; the others are counted."""
    missing = 0
    for same in alike(failures):
        # One that is too long must not keep shorter ones off the page.
        if page.left < _SMALLEST or not page.add(_story(same)):
            missing += 1
    if missing:
        page.add(f"… and {counted(missing, 'more story', 'more stories')}, in the report.")


def _story(same: Sequence[Verdict]) -> str:
    verdict = same[0]
    glyph, _ = GLYPHS[verdict.outcome]
    names = list(dict.fromkeys(one.scenario for one in same))
    more = f" and {counted(len(names) - 1, 'more scenario')}" if len(names) > 1 else ""
    pythons = list(dict.fromkeys(one.python for one in same))
    where = ", ".join(f"<code>{_text(python)}</code>" for python in pythons[:_NAMED])
    if len(pythons) > _NAMED:
        where += f" and {len(pythons) - _NAMED} more"
    lines = [
        "<details>",
        f"<summary>{glyph} <code>{_text(names[0])}</code>{more} "
        f"<b>{verdict.outcome}</b> with <code>{_text(verdict.builder)}</code> on {where}</summary>",
        "",
    ]
    if verdict.summary and len(names) == 1:
        lines += [f"In vanilla: {_words(in_a_sentence(verdict.summary))}", ""]
    if verdict.origin and len(names) == 1:
        lines += ["Reported: " + ", ".join(map(_origin, verdict.origin[:_NAMED])), ""]
    if verdict.reason and not verdict.differences:
        lines += [_block(printable(verdict.reason[:_REASON])), ""]
    shown = verdict.differences[:_DIFFERENCES]
    for step, differences in itertools.groupby(shown, key=lambda one: (one.step, one.run)):
        run = "\n".join(map(_cut, map(printable, step[1].strip().split("\n")[:_DIFF])))
        lines += [f"Step {step[0] + 1}:", "", _block(run, "sh"), ""]
        for difference in differences:
            lines += [f"{_words(difference.what)}: `-` vanilla, `+` environment", ""]
            lines += [_block(_diff(difference), "diff"), ""]
    if len(verdict.differences) > len(shown):
        count = len(verdict.differences) - len(shown)
        lines += [f"… and {counted(count, 'more difference')}", ""]
    lines += ["Again:", "", _block(printable(verdict.rerun), "sh"), "", "</details>"]
    return "\n".join(lines)


def _diff(difference: Difference) -> str:
    lines = [line for line in difference.diff() if not line.startswith("@@")]
    shown = [_cut(printable(line)) for line in lines[:_DIFF]]
    if len(lines) > _DIFF:
        shown.append(f"… {counted(len(lines) - _DIFF, 'more line')}")
    return "\n".join(shown)


def _listing(page: _Page, title: str, transitions: Sequence[Transition]) -> None:
    """The cells that changed, a line each, in a folded block; as many as fit."""
    listed = min(len(transitions), _LISTED)
    while listed:
        lines = [
            f"- {_code(one.verdict.scenario)} with {_code(one.verdict.builder)} on "
            f"{_code(one.verdict.python)}: {told(one)}"
            for one in transitions[:listed]
        ]
        if left := len(transitions) - listed:
            lines.append(f"- … and {left} more")
        summary = f"<summary>{title}: {counted(len(transitions), 'cell')}</summary>"
        if page.add("\n".join(("<details>", summary, "", *lines, "", "</details>"))):
            return
        listed //= 2


def _about(report: Report) -> str:
    """What was judged, and how to do it again."""
    header = report.header
    facts = [f"envparity {_words(str(header.get('envparity', '')))}"]
    if corpus := header.get("corpus"):
        facts.append(f"corpus {_code(str(corpus)[:16])}")
    for line in header.get("commands", ())[:1]:
        facts.append(_code(line))
    return ", ".join(facts)


def _cut(text: str) -> str:
    return text if len(text) <= _WORD else f"{text[:_WORD]}…"


def _text(words: str) -> str:
    """*words* within HTML, where nothing but HTML has a meaning."""
    return html.escape(_cut(printable(words)))


def _words(text: str) -> str:
    """*text* within Markdown, where every sign that could mean something is spelled.

    GitHub finds mentions and issues in the text that a browser would show. The comment parts it.
    """

    def spelled(match: re.Match[str]) -> str:
        return f"&#{ord(match[0])};" + ("<!-- -->" if match[0] in "@#" else "")

    return re.sub(r"[^\w\s.,;()'/:-]|_|:(?=//)", spelled, _cut(printable(text)))


def _code(words: str) -> str:
    """*words* as code, in a table as well; backticks and bars cannot stand in it."""
    return f"<code>{_words(words)}</code>"


def _origin(origin: str) -> str:
    address = link(origin)
    if not re.fullmatch(r"https?://[\w./#?=&%~+:@,;-]+", address):
        return _words(origin)
    return f"[{_words(origin)}]({html.escape(address[:_WORD])})"


def _block(text: str, language: str = "") -> str:
    """*text* between fences that are longer than any within it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
