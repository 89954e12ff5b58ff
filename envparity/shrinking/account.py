"""The account of a reduced scenario: Markdown that can be pasted into an upstream report."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from envparity.report.terminal import counted, link, printable
from envparity.shrinking.draft import Draft
from envparity.shrinking.reduction import Reduced

#: Lines of one difference that are shown.
DIFF_LINES = 40


def rerun(reduced: Reduced, corpus: Path) -> str:
    """The command that judges the scenario written below *corpus*."""
    verdict = reduced.verdict
    return shlex.join(
        ("envparity", "run", f"--corpus={corpus}", verdict.scenario, "--builder", verdict.builder,
         "--python", verdict.python)
    )  # fmt: skip


def comment(reduced: Reduced, scenario: str) -> str:
    """What stands above the reduced scenario's scenario.toml."""
    verdict = reduced.verdict
    return (
        f"Reduced from {scenario} by `envparity shrink`:\n"
        f"it {verdict.outcome} with {verdict.builder} on {verdict.python}."
    )


def markdown(reduced: Reduced, scenario: str, corpus: Path) -> str:
    """The account of *reduced*, which was *scenario*, and is written below *corpus*."""
    return "\n".join(_lines(reduced, scenario, corpus)) + "\n"


def _lines(reduced: Reduced, scenario: str, corpus: Path) -> Iterator[str]:
    verdict, draft = reduced.verdict, reduced.draft
    yield f"### {verdict.summary}"
    yield ""
    whose = f"vanilla CPython {verdict.python} does" if draft.steps else "a builder has to do"
    yield f"This is what {whose}; `{verdict.builder}` {_verb(reduced)}."
    yield f"Reduced from the scenario `{scenario}` of envparity, which goes back to"
    yield f"{', '.join(link(origin) for origin in verdict.origin)}."
    yield from _packages(draft)
    if draft.steps:
        yield ""
        yield (
            f"{counted(len(draft.steps), 'step')} of `/bin/sh`, with the environment's programs "
            "first on `PATH`:"
        )
        yield ""
        for _, step in draft.steps:
            yield from _indented(step.run)
    yield ""
    yield "What differs (`-` vanilla, `+` the environment):"
    yield ""
    yield "```diff"
    yield from _differences(reduced)
    yield "```"
    yield ""
    yield f"To see it again: `{rerun(reduced, corpus)}`"


def _verb(reduced: Reduced) -> str:
    differs = bool(reduced.verdict.differences)
    return "does otherwise" if differs else f"refuses it: {reduced.verdict.reason}"


def _packages(draft: Draft) -> Iterator[str]:
    for name, content in sorted(draft.files.items()):
        yield ""
        kind = ", executable" if content.executable else ""
        yield f"`{name}`{kind}:"
        yield ""
        text = content.data.decode("utf-8", "backslashreplace")
        yield from _indented("\n".join(map(printable, text.splitlines())) or "(empty)")


def _indented(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield f"    {line}".rstrip()


def _differences(reduced: Reduced) -> Iterator[str]:
    for difference in reduced.verdict.differences:
        yield f"# {difference.what} of `{' '.join(difference.run.split())[:80]}`"
        lines = [line for line in difference.diff() if not line.startswith("@@")]
        yield from map(printable, lines[:DIFF_LINES])
        if len(lines) > DIFF_LINES:
            yield f"# … {counted(len(lines) - DIFF_LINES, 'more line')}"
    if not reduced.verdict.differences:
        yield f"+ {printable(reduced.verdict.reason)}"
