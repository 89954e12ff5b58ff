"""The results: how the builders that people use fare, and what is known of where they fail.

`docs/results.json` is the record, made from reports by `envparity results`; `docs/results.md` is
the page that is made from it. `envparity lint` holds both against the builders and scenarios there
are.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from envparity import kills
from envparity.builders import KINDS
from envparity.defect import linked
from envparity.document import nearest
from envparity.errors import CorpusError, ReportError, UsageError
from envparity.expectation import Expectations
from envparity.finding import ENDINGS, BuilderRecord, Finding, builder_record
from envparity.kills import KillMatrix
from envparity.record import (
    Cells,
    cells_in_json,
    check_record,
    in_json,
    joined,
    plain,
    write_record,
)
from envparity.report.jsonl import Report
from envparity.report.terminal import counted, version_key
from envparity.scenario import THEMES
from envparity.verdict import Verdict

RECORD, PAGE = "results.json", "results.md"

#: Kinds that nobody uses, or that are something else on each machine.
_NOBODYS = {"reference", "vanilla", "bug", "nixpkgs", "prefix", "exec"}

#: The kinds of builders that the results are about.
REAL = tuple(kind for kind in KINDS if kind not in _NOBODYS)

HEAD = """\
# Results: what becomes of Python in the builders that people use

Generated from [results.json](results.json) by `envparity results`; `envparity lint` complains when
it is stale.

"""

MEANING = """\
*parity*: as vanilla in everything that a scenario shows. *expected*: it fails, and
`expectations/` says how and why. *unexpected*: it fails, and nobody has said why. *unsupported*:
the builder says that it does not serve this. *skipped*: the scenario does not apply.
"""


@frozen
class Results:
    """All builders, and what they were judged on."""

    pythons: tuple[str, ...]
    scenarios: tuple[str, ...]
    builders: Mapping[str, BuilderRecord]

    @classmethod
    def of(cls, report: Report, place: Path, scenarios: Collection[str]) -> Results:
        """The results in *report*, explained by the expectations at *place*.

        Builders that are not `REAL`, and scenarios that are not among *scenarios*, are passed over.
        Raises UsageError where there is no cell of a builder.
        """
        cells: defaultdict[str, list[Verdict]] = defaultdict(list)
        for verdict in report.verdicts:
            if _kind(verdict.builder) in REAL and verdict.scenario in scenarios:
                cells[verdict.builder].append(verdict)
        if not cells:
            raise UsageError(
                "no cell of a builder that people use is in these reports",
                hint=f"`envparity run --builder {REAL[0]} --report FILE` makes one",
            )
        versions = {one["python"]: one["version"] for one in report.header.get("interpreters", ())}
        names = {one["asked"]: _called(one) for one in report.header.get("builders", ())}
        expectations = Expectations.read(place, cells)
        records = {
            builder: builder_record(
                cells[builder], names.get(builder, builder), expectations, versions
            )
            for builder in sorted(cells, key=lambda one: (REAL.index(_kind(one)), one))
        }
        judged = [verdict for found in cells.values() for verdict in found]
        return cls(
            tuple(sorted({one.python for one in judged}, key=version_key)),
            tuple(sorted({one.scenario for one in judged})),
            records,
        )

    @classmethod
    def read(cls, path: Path) -> Results:
        """The results that `to_json` wrote; ReportError when the file is something else."""
        try:
            data = json.loads(path.read_text("utf-8"))
            if data["format"] != 1:
                raise ValueError(data["format"])
            builders = {name: _read_record(one) for name, one in data["builders"].items()}
            return cls(tuple(data["pythons"]), tuple(data["scenarios"]), builders)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            hint = "`envparity results` makes it"
            raise ReportError("no results of format 1", path=path, hint=hint) from None

    @property
    def failed(self) -> set[str]:
        """The scenarios that some builder fails, expected or not, without their cases."""
        return {
            plain(name)
            for record in self.builders.values()
            for cells in (record.unexpected, *(one.cells for one in record.findings))
            for name in cells
        }

    def to_json(self) -> str:
        """The record, with a line for each scenario of a finding, so that changes can be read."""
        lines = ["{", ' "format": 1,', f' "pythons": {in_json(self.pythons)},', ' "scenarios": [']
        lines += joined(f"  {in_json(name)}" for name in self.scenarios)
        lines += [" ],", ' "builders": {']
        blocks = [
            f"  {in_json(name)}: {{\n" + "\n".join(_record_lines(record)) + "\n  }"
            for name, record in self.builders.items()
        ]
        return "\n".join([*lines, ",\n".join(blocks), " }", "}", ""])

    def page(self) -> str:
        """docs/results.md, in Markdown."""
        total = sum(record.counts().total() for record in self.builders.values())
        plural = {*map(plain, self.scenarios)}
        lines = [
            f"{counted(len(self.builders), 'builder')}, {counted(len(plural), 'scenario')} with"
            f" {counted(len(self.scenarios), 'case')}, CPython {', '.join(self.pythons)}:",
            f"{counted(total, 'cell')}.",
            "",
            "## Builders",
            "",
            "| builder | made by | " + " | ".join(ENDINGS) + " |",
            "| --- | --- |" + " ---: |" * len(ENDINGS),
        ]
        for name, record in self.builders.items():
            counts = record.counts()
            row = [f"`{name}`", record.version, *(str(counts[one] or "") for one in ENDINGS)]
            lines.append(f"| {' | '.join(row)} |")
        lines += ["", *MEANING.splitlines(), "", "## Builders × themes", ""]
        lines += ["Cells at parity, of those that were judged.", ""]
        themes = [
            theme
            for theme in THEMES
            if any(theme in record.themes for record in self.builders.values())
        ]
        lines += _table(
            themes,
            {
                f"`{name}`": [record.counts(theme=theme) for theme in themes]
                for name, record in self.builders.items()
            },
        )
        if telling := self._by_interpreter():
            lines += ["", "## Builders × interpreters", ""]
            lines += ["Those to which the interpreter makes a difference.", ""]
            lines += _table(self.pythons, telling)
        lines += ["", "## Findings", ""]
        lines += ["What explains the failures of each builder, and a command that shows it."]
        for name, record in self.builders.items():
            lines += ["", f"### `{name}`", "", *self._findings(name, record)]
        return HEAD + "\n".join(lines).rstrip() + "\n"

    def _by_interpreter(self) -> dict[str, list[Counter[str]]]:
        """The builders that do not fare alike on all interpreters."""
        rows = {
            f"`{name}`": [record.counts(python=python) for python in self.pythons]
            for name, record in self.builders.items()
        }
        return {name: row for name, row in rows.items() if len(set(map(_share, row))) > 1}

    def _findings(self, builder: str, record: BuilderRecord) -> Iterator[str]:
        """What the page says of one builder."""
        if not record.findings and not record.unexpected:
            yield "Nothing fails."
        for finding in record.findings:
            yield from _story(builder, finding, self.pythons)
        if record.unexpected:
            yield "- **Not yet explained:**"
            yield ""
            for scenario in sorted(record.unexpected):
                yield f"      {_command(builder, scenario, record.unexpected[scenario][-1])}"

    def complaints(self, scenarios: Collection[str]) -> Iterator[tuple[str, str, str]]:
        """What is wrong: the name that it is about, a message, and a hint."""
        for name in self.builders:
            if (kind := _kind(name)) not in REAL:
                yield name, f"no builder is called `{kind}`", nearest(kind, REAL)
        named = set(self.scenarios)
        for record in self.builders.values():
            named |= set(record.unexpected)
            for finding in record.findings:
                named |= {finding.example[0], *finding.cells}
        for name in sorted(named - set(scenarios)):
            yield name, f"no scenario is called `{name}`", nearest(name, scenarios)


def _kind(builder: str) -> str:
    return builder.partition(":")[0]


def _called(builder: Mapping[str, Any]) -> str:
    words = (builder.get("name") or builder["asked"], builder.get("version") or "")
    return " ".join(words).strip()


def _read_record(data: Mapping[str, Any]) -> BuilderRecord:
    themes = {
        theme: {
            python: dict(zip(data["endings"], counts, strict=True))
            for python, counts in row.items()
        }
        for theme, row in data["themes"].items()
    }
    findings = tuple(
        Finding(
            one["reason"], tuple(one["reported"]), _pair(one["example"]), _read_cells(one["cells"])
        )
        for one in data["findings"]
    )
    return BuilderRecord(data["version"], themes, findings, _read_cells(data["unexpected"]))


def _pair(words: Sequence[str]) -> tuple[str, str]:
    scenario, python = words
    return scenario, python


def _read_cells(data: Mapping[str, Sequence[str]]) -> Cells:
    return {scenario: tuple(pythons) for scenario, pythons in data.items()}


def _record_lines(record: BuilderRecord) -> Iterator[str]:
    """One builder's lines of the record."""
    yield f'   "version": {in_json(record.version)},'
    yield f'   "endings": {in_json(ENDINGS)},'
    yield '   "themes": {'
    yield from joined(
        f"    {in_json(theme)}: "
        + in_json({p: [counts.get(one, 0) for one in ENDINGS] for p, counts in pythons.items()})
        for theme, pythons in record.themes.items()
    )
    yield "   },"
    yield '   "findings": ['
    for number, finding in enumerate(record.findings, 1):
        yield "    {"
        yield f'     "reason": {in_json(finding.reason)},'
        yield f'     "reported": {in_json(finding.reported)},'
        yield f'     "example": {in_json(finding.example)},'
        yield '     "cells": {'
        yield from cells_in_json(finding.cells, "      ")
        yield "     }"
        yield "    }" + ("," if number < len(record.findings) else "")
    yield "   ],"
    yield '   "unexpected": {'
    yield from cells_in_json(record.unexpected, "    ")
    yield "   }"


def _share(counts: Counter[str]) -> str:
    """Cells at parity, of those judged."""
    judged = sum(counts[one] for one in ENDINGS[:3])
    if judged:
        return f"{counts['parity']} / {judged}"
    return "unsupported" if counts["unsupported"] else "–"


def _table(heads: Iterable[str], rows: Mapping[str, Sequence[Counter[str]]]) -> Iterator[str]:
    heads = list(heads)
    yield f"| builder | {' | '.join(heads)} |"
    yield "| --- |" + " ---: |" * len(heads)
    for name, row in rows.items():
        yield f"| {name} | {' | '.join(map(_share, row))} |"


def _story(builder: str, finding: Finding, pythons: Sequence[str]) -> Iterator[str]:
    """What the page says of one finding."""
    where = {python for found in finding.cells.values() for python in found}
    named = ", ".join(python for python in pythons if python in where)
    on = "" if where == set(pythons) else f", on {named}"
    count = counted(finding.count, "cell")
    if len(finding.cells) > 1:
        count += f" of {len(finding.cells)} scenarios"
    reason = finding.reason[:1].upper() + finding.reason[1:]
    references = "; ".join(map(linked, finding.reported))
    told = f" Reported: {references}." if references else ""
    yield f"- **{_literal(reason)}**: {count}{on}.{told}"
    yield ""
    yield f"      {_command(builder, *finding.example)}"
    yield ""


def _literal(text: str) -> str:
    """*text* in Markdown, where `*` is meant and `code` stays code."""
    return text.replace("*", "\\*").replace("<", "&lt;")


def _command(builder: str, scenario: str, python: str) -> str:
    """What shows the failure of a cell: without expectations, nothing is taken as known."""
    words = ("run", scenario, "--builder", builder, "--python", python)
    return f"envparity {shlex.join(words)} --expectations /dev/null"


def unfailed(docs: Path) -> set[str] | None:
    """The scenarios that no bug of the museum fails, and no builder of the results either.

    None where *docs* has no kill matrix that can be read: `check_kills` says what is wrong with it.
    """
    try:
        idle = set(KillMatrix.read(docs / kills.RECORD).idle)
        if (docs / RECORD).is_file():
            idle -= Results.read(docs / RECORD).failed
    except ReportError:
        return None
    return idle


def check_results(docs: Path, scenarios: Collection[str], *, write: bool) -> list[CorpusError]:
    """All that is wrong with the results in *docs*; *write* makes the page anew.

    *scenarios* are full names, with their cases. Where there are no results there is no complaint:
    the corpus is installed without its documents.
    """
    record, page = docs / RECORD, docs / PAGE
    if not record.is_file():
        return []
    try:
        results = Results.read(record)
    except ReportError as error:
        return [CorpusError(error.message, hint=error.hint, path=record)]
    return check_record(results, results.complaints(scenarios), record, page, write=write)


def write_results(results: Results, docs: Path) -> None:
    """Write the record and the page into *docs*; UsageError where that is not possible."""
    write_record(results, "the results", docs / RECORD, docs / PAGE)
