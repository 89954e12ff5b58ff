"""The page itself: one file, with a policy that lets nothing in from outside."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

from envparity import __version__
from envparity.errors import ReportError
from envparity.gate import Gate, compare
from envparity.report.html.matrix import Matrix, Telling, as_json
from envparity.report.jsonl import Report
from envparity.report.terminal import counted, printable
from envparity.verdict import Outcome, Verdict

_FACTS = {
    "envparity": "envparity",
    "corpus": "corpus",
    "machine": "machine",
    "host_python": "run by Python",
    "user": "user",
}


def html(
    reports: Sequence[Report],
    *,
    baseline: Report | None = None,
    gate: Gate | None = None,
    steps: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[str]:
    """The page of *reports*, of different cells, piece by piece.

    With *baseline*, or the *gate* that was made with it, the page shows what changed since.
    *steps* has the shell lines of scenarios by digest; without them only steps that differ are
    shown. Raises ReportError where reports contradict one another.
    """
    if baseline is not None and gate is None:
        gate = compare(baseline, [_joined(reports)])
    return _page(Matrix.of(reports, gate), reports, gate, steps or {})


def _joined(reports: Sequence[Report]) -> Report:
    """One report with what all of them say of builders, interpreters and cells."""
    if not reports:
        raise ReportError("there is no report to make a page of")
    header: dict[str, Any] = dict(reports[0].header)
    for name in ("builders", "interpreters"):
        header[name] = [one for report in reports for one in _entries(report, name)]
    return Report(header, tuple(one for report in reports for one in report.verdicts), {})


def _page(
    matrix: Matrix, reports: Sequence[Report], gate: Gate | None, steps: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """The text of the page, piece by piece: the stories are the most of it."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("envparity.report.html", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = lambda value: printable(str(value))
    style, script = _asset("report.css"), _asset("matrix.js", "story.js")
    telling = Telling(matrix, steps)
    return environment.get_template("report.html.j2").generate(
        style=style,
        script=script,
        policy=_policy(style, script),
        version=__version__,
        totals=_totals(matrix),
        builders=[_summary(name, matrix) for name in matrix.builders],
        outcomes=[str(one) for one in Outcome],
        gate=gate,
        worse=sum(one.is_worse for one in gate.transitions) if gate else 0,
        runs=[_run(report) for report in reports],
        chunks=map(Markup, telling.chunks()),
        data=lambda: Markup(as_json(telling.data())),
    )


def _asset(*names: str) -> Markup:
    folder = resources.files("envparity.report.html") / "templates"
    return Markup("\n".join((folder / name).read_text(encoding="utf-8") for name in names))


def _policy(style: str, script: str) -> str:
    """What a browser may load for the page: its own style and script, by their hashes."""
    styles, scripts = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (style, script)
    )
    return (
        f"default-src 'none'; script-src 'sha256-{scripts}'; style-src 'sha256-{styles}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _totals(matrix: Matrix) -> dict[str, str]:
    """What the page is about, in numbers and words."""
    cells = len(matrix.cells) - len(matrix.gone)
    failures = sum(one.is_failure for one in matrix.verdicts)
    return {
        "cells": f"{cells:,} {'cell' if cells == 1 else 'cells'}",
        "scenarios": counted(len(matrix.scenarios), "scenario"),
        "builders": counted(len(matrix.builders), "builder"),
        "pythons": counted(len(matrix.pythons), "interpreter"),
        "failures": f"{failures:,} {'failure' if failures == 1 else 'failures'}",
        "state": "bad" if failures else "good",
    }


def _summary(builder: str, matrix: Matrix) -> dict[str, Any]:
    """How many of a builder's cells ended how; an expected failure is none of the others."""
    mine: list[Verdict] = [one for one in matrix.verdicts if one.builder == builder]
    counts = Counter(str(one.outcome) for one in mine if not one.expected)
    return {"name": builder, "counts": counts, "expected": sum(bool(one.expected) for one in mine)}


def _run(report: Report) -> dict[str, Any]:
    """What a page tells of one run: how to have it again."""
    header, problems = report.header, report.header.get("problems")
    return {
        "facts": [(words, header[name]) for name, words in _FACTS.items() if header.get(name)],
        "plain": header.get("why_plain") if header.get("namespaces") is False else None,
        "builders": _entries(report, "builders"),
        "interpreters": _entries(report, "interpreters"),
        "problems": problems if isinstance(problems, list) else [],
    }


def _entries(report: Report, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list in a header, which may have been written by anybody."""
    found = report.header.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
