"""The kill matrix: which scenario fails which bug of `bugs/`, on which interpreters.

`docs/kill-matrix.json` is the record, made from reports by `envparity kills`; `docs/kill-matrix.md`
is the page that is made from it. `envparity lint` holds both against the bugs and scenarios there
are, and complains of bugs that nothing notices, or that nearly everything does.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

from envparity.document import nearest
from envparity.errors import CorpusError, ReportError, UsageError
from envparity.expectation import Expectations
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

RECORD, PAGE = "kill-matrix.json", "kill-matrix.md"

#: Share of its judged cells above which a bug is too blunt: whatever fails nearly everywhere shows
#: that the corpus runs, and not what any scenario of it is good for.
BLUNT = 0.9

#: Scenarios that are named as the most telling of a bug.
TELLING = 3

HEAD = """\
# Kill matrix: the bugs of the museum and the scenarios that notice them

Generated from [kill-matrix.json](kill-matrix.json) by `envparity kills`;
[the-museum.md](the-museum.md) says how. `envparity lint` complains when it is stale.

"""


@frozen
class BugRecord:
    """What became of one bug."""

    judged: Mapping[str, int] = field(factory=dict)
    """Number of cells that were judged, by interpreter: those where a scenario applies."""
    kills: Cells = field(factory=dict)
    errors: Cells = field(factory=dict)
    """Cells in error, which prove nothing about the bug."""

    @property
    def share(self) -> float:
        """The part of its judged cells that failed."""
        judged = sum(self.judged.values())
        return sum(map(len, self.kills.values())) / judged if judged else 0.0

    @property
    def survives(self) -> list[str]:
        """Interpreters on which nothing noticed it."""
        killed = {python for pythons in self.kills.values() for python in pythons}
        return [python for python, count in self.judged.items() if count and python not in killed]


@frozen
class KillMatrix:
    """All bugs, all scenarios they were tried with."""

    pythons: tuple[str, ...]
    scenarios: tuple[str, ...]
    bugs: Mapping[str, BugRecord]
    shared: tuple[str, ...] = ()
    """Scenarios of which cells were passed over, since the reference fails in the same way."""

    @classmethod
    def of(
        cls,
        reports: Iterable[Report],
        bugs: Collection[str],
        scenarios: Collection[str],
        reference: Expectations = Expectations(),  # noqa: B008 - frozen
    ) -> tuple[KillMatrix, list[str]]:
        """The matrix in *reports*, and the names in them that are neither *bugs* nor *scenarios*.

        A cell that several reports have is the last one's. Other builders than bugs are passed
        over, and so are cells that fail as those of the *reference* are expected to: a bug is the
        reference with one change, and they say nothing about the change. Raises UsageError where
        there is no cell of a bug.
        """
        cells: dict[tuple[str, str, str], Verdict] = {}
        unknown: dict[str, None] = {}
        shared: set[str] = set()
        for report in reports:
            known = report.header.get("interpreters", ())
            versions = {one["python"]: one["version"] for one in known}
            for verdict in report.verdicts:
                kind, _, bug = verdict.builder.partition(":")
                if kind != "bug":
                    continue
                if bug not in bugs or verdict.scenario not in scenarios:
                    unknown[bug if bug not in bugs else verdict.scenario] = None
                    continue
                key = bug, verdict.scenario, verdict.python
                as_reference = evolve(verdict, builder="reference", expected="")
                version = versions.get(verdict.python, verdict.python)
                if reference.judge(as_reference, version, strict=False).expected:
                    shared.add(verdict.scenario)
                    cells.pop(key, None)
                else:
                    cells[key] = verdict
        if not cells:
            raise UsageError(
                "no cell of a bug is in these reports",
                hint="`envparity run --builder 'bug:*' --report FILE` makes one",
            )
        pythons = tuple(sorted({key[2] for key in cells}, key=version_key))
        records = {
            bug: _record([one for key, one in cells.items() if key[0] == bug], pythons)
            for bug in sorted({key[0] for key in cells})
        }
        tried = tuple(sorted({key[1] for key in cells} | shared))
        return cls(pythons, tried, records, tuple(sorted(shared))), list(unknown)

    @classmethod
    def read(cls, path: Path) -> KillMatrix:
        """The matrix that `to_json` wrote; ReportError when the file is something else."""
        try:
            data = json.loads(path.read_text("utf-8"))
            if data["format"] != 1:
                raise ValueError(data["format"])
            bugs = {
                name: BugRecord(
                    dict(one["judged"]),
                    {scenario: tuple(found) for scenario, found in one["kills"].items()},
                    {scenario: tuple(found) for scenario, found in one["errors"].items()},
                )
                for name, one in data["bugs"].items()
            }
            shared = tuple(data["shared"])
            return cls(tuple(data["pythons"]), tuple(data["scenarios"]), bugs, shared)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            hint = "`envparity kills` makes it"
            raise ReportError("no kill matrix of format 1", path=path, hint=hint) from None

    def to_json(self) -> str:
        """The record, with a line for each scenario of a bug, so that changes can be read."""
        lines = ["{", ' "format": 1,', f' "pythons": {in_json(self.pythons)},', ' "scenarios": [']
        lines += joined(f"  {in_json(name)}" for name in self.scenarios)
        lines += [" ],", f' "shared": {in_json(self.shared)},', ' "bugs": {']
        blocks = []
        for name, record in self.bugs.items():
            block = [f"  {in_json(name)}: {{", f'   "judged": {in_json(record.judged)},']
            for key, cells in (("kills", record.kills), ("errors", record.errors)):
                rows = cells_in_json(cells, "    ")
                block += [f'   "{key}": {{', *rows, "   }" + ("," if key == "kills" else "")]
            blocks.append("\n".join([*block, "  }"]))
        return "\n".join([*lines, ",\n".join(blocks), " }", "}", ""])

    def killers(self) -> dict[str, list[str]]:
        """The bugs that each scenario fails; cases are counted as their scenario."""
        found: dict[str, list[str]] = {plain(name): [] for name in self.scenarios}
        for bug, record in self.bugs.items():
            for name in dict.fromkeys(map(plain, record.kills)):
                found.setdefault(name, []).append(bug)
        return found

    @property
    def idle(self) -> list[str]:
        """The scenarios that no bug fails, and the reference does not fail either, sorted."""
        shared = {*map(plain, self.shared)}
        killers = self.killers()
        return sorted(name for name in killers if not (killers[name] or name in shared))

    def page(self) -> str:
        """docs/kill-matrix.md, in Markdown."""
        killers = self.killers()
        lines = [
            f"{counted(len(self.bugs), 'bug')}, {counted(len(killers), 'scenario')} with"
            f" {counted(len(self.scenarios), 'case')}, on CPython {', '.join(self.pythons)}:",
            f"{sum(sum(one.judged.values()) for one in self.bugs.values()):,} cells.",
            "",
            "| interpreter | bugs tried | noticed | cells |",
            "| --- | ---: | ---: | ---: |",
            *self._interpreters(),
            "",
            "What the reference fails as well, in the same way, counts for no bug:",
            f"{', '.join(f'`{name}`' for name in self.shared) or 'nothing'}.",
            "",
            "## Bugs",
            "",
            *self._bugs(killers),
            "",
            "*cells* is the part that failed of the cells in which the bug could be tried; *most",
            "telling* are the scenarios that the fewest other bugs fail. The rest counts failing",
            "scenarios, theme by theme.",
            "",
            "## Scenarios",
            "",
            "| scenario | bugs | which |",
            "| --- | ---: | --- |",
        ]
        lines += [
            f"| `{name}` | {len(bugs)} | {', '.join(bugs)} |"
            for name, bugs in sorted(killers.items())
            if bugs
        ]
        lines += ["", f"## Scenarios that no bug fails: {len(self.idle)}", ""]
        lines += [f"- `{name}`" for name in self.idle]
        return HEAD + "\n".join(lines).rstrip() + "\n"

    def _interpreters(self) -> Iterator[str]:
        for python in self.pythons:
            tried = [one for one in self.bugs.values() if one.judged[python]]
            noticed = sum(python not in one.survives for one in tried)
            cells = sum(one.judged[python] for one in tried)
            yield f"| {python} | {len(tried)} | {noticed} | {cells:,} |"

    def _bugs(self, killers: Mapping[str, Sequence[str]]) -> Iterator[str]:
        yield (
            "| bug | scenarios | cells | survives on | most telling | " + " | ".join(THEMES) + " |"
        )
        yield "| --- | ---: | ---: | --- | --- |" + " ---: |" * len(THEMES)
        for name, record in self.bugs.items():
            names = list(dict.fromkeys(map(plain, sorted(record.kills))))
            telling = sorted(names, key=lambda one: (len(killers[one]), one))[:TELLING]
            themes = [sum(one.startswith(f"{theme}/") for one in names) for theme in THEMES]
            row = (
                f"[{name}](../bugs/{name.replace('-', '_')}.py)",
                len(names),
                f"{record.share:.0%}",
                ", ".join(record.survives) or "–",
                ", ".join(f"`{one}`" for one in telling) or "*nothing*",
                *(count or "" for count in themes),
            )
            yield "| " + " | ".join(map(str, row)) + " |"

    def complaints(
        self, bugs: Collection[str], scenarios: Collection[str]
    ) -> Iterator[tuple[str, str, str]]:
        """What is wrong: the name that it is about, a message, and a hint."""
        for name in self.bugs:
            if name not in bugs:
                yield name, f"no bug is called `{name}`", nearest(name, bugs)
        named = {*self.scenarios, *(one for record in self.bugs.values() for one in record.kills)}
        for name in sorted(named - set(scenarios)):
            yield name, f"no scenario is called `{name}`", nearest(name, scenarios)
        again = "make it anew, as docs/the-museum.md says"
        for name in sorted(set(bugs) - set(self.bugs)):
            yield name, f"the bug `{name}` is missing", again
        for name in sorted({*map(plain, scenarios)} - {*map(plain, self.scenarios)}):
            yield name, f"the scenario `{name}` is missing", again
        for name, record in self.bugs.items():
            if not record.kills:
                yield name, f"nothing notices the bug `{name}`", "a scenario is missing"
            elif record.share > BLUNT:
                share = f"{record.share:.0%} of its cells"
                yield name, f"the bug `{name}` is too blunt: it fails {share}", "make it subtler"
            for scenario in record.errors:
                message = f"the bug `{name}` ended `{scenario}` in error"
                yield name, message, "a crash proves nothing"


def _record(verdicts: Sequence[Verdict], pythons: Sequence[str]) -> BugRecord:
    judged = dict.fromkeys(pythons, 0)
    cells: dict[bool, defaultdict[str, set[str]]] = {
        True: defaultdict(set),
        False: defaultdict(set),
    }
    for one in verdicts:
        judged[one.python] += one.outcome.is_judged
        if one.outcome.is_failure:
            cells[one.outcome.is_deviation][one.scenario].add(one.python)
    kills, errors = (
        {name: tuple(p for p in pythons if p in found) for name, found in cells[which].items()}
        for which in (True, False)
    )
    return BugRecord(judged, kills, errors)


def check_kills(
    docs: Path, bugs: Collection[str], scenarios: Collection[str], *, write: bool
) -> list[CorpusError]:
    """All that is wrong with the matrix in *docs*; *write* makes the page anew.

    *scenarios* are full names, with their cases; one case is enough of a family. Where there is no
    matrix there is no complaint: the corpus is installed without its documents.
    """
    record, page = docs / RECORD, docs / PAGE
    if not record.is_file():
        return []
    try:
        matrix = KillMatrix.read(record)
    except ReportError as error:
        return [CorpusError(error.message, hint=error.hint, path=record)]
    complaints = matrix.complaints(bugs, scenarios)
    return check_record(matrix, complaints, record, page, write=write)


def write_matrix(matrix: KillMatrix, docs: Path) -> None:
    """Write the record and the page into *docs*; UsageError where that is not possible."""
    write_record(matrix, "the kill matrix", docs / RECORD, docs / PAGE)
