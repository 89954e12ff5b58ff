"""The matrix of a page: every cell a letter, and every story written once.

Cells are kept as one string per builder, scenario by scenario, so that a run of a hundred thousand
cells is a page that opens at once. What a cell has to tell is a number; the stories themselves lie
compressed beside the matrix, some hundreds together, and are only read when one is opened.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define, field, frozen

from envparity.comparison import Difference
from envparity.errors import ReportError
from envparity.gate import Change, Gate
from envparity.report.html.sides import side_by_side
from envparity.report.jsonl import Report
from envparity.report.terminal import link, minor, printable, version_key
from envparity.verdict import Outcome, Verdict

#: One letter per outcome in the data of a page; a capital where the failure is expected.
LETTERS = {outcome: str(outcome)[0] for outcome in Outcome}

#: The letter of a cell that was judged once, and is not there any more.
GONE = "g"

#: One letter per kind of change; space where there is nothing to compare.
CHANGES = {change: chr(ord("a") + place) for place, change in enumerate(Change)}

#: Stories that are compressed together; a browser unpacks as many when one of them is opened.
STORIES = 256

Key = tuple[str, str, str]


@frozen
class Matrix:
    """All cells of some reports, in the order of the page."""

    cells: Mapping[Key, Verdict]
    scenarios: tuple[str, ...]
    builders: tuple[str, ...]
    pythons: tuple[str, ...]
    transitions: Mapping[Key, tuple[Change, Verdict | None]]
    """What became of each cell, and what it was; empty where nothing is compared."""
    gone: frozenset[Key]
    """Cells that none of the reports has any more; `cells` has them as they were."""

    @classmethod
    def of(cls, reports: Sequence[Report], gate: Gate | None = None) -> Matrix:
        """The matrix of *reports*, which judge different cells.

        Cells that are gone according to *gate* are in it as they were. Raises ReportError where
        two reports have verdicts on one cell.
        """
        cells: dict[Key, Verdict] = {}
        for report in reports:
            for one in report.verdicts:
                if cells.setdefault(_key(one), one) is not one:
                    raise ReportError(
                        f"two verdicts on {one.scenario} with {one.builder} on {one.python}",
                        hint="a page shows reports of different cells; compare others",
                    )
        transitions: dict[Key, tuple[Change, Verdict | None]] = {}
        gone: set[Key] = set()
        for moved in gate.transitions if gate else ():
            key = _key(moved.verdict)
            if key not in cells:
                if moved.change is not Change.GONE:
                    # It was not judged before either: nobody misses it.
                    continue
                gone.add(key)
                cells[key] = moved.verdict
            transitions[key] = (moved.change, moved.old)
        return cls(
            cells,
            tuple(sorted({key[0] for key in cells})),
            tuple(dict.fromkeys(key[1] for key in cells)),
            tuple(sorted({key[2] for key in cells}, key=version_key)),
            transitions,
            frozenset(gone),
        )

    @property
    def verdicts(self) -> Iterator[Verdict]:
        """The verdicts of the reports, without what is gone."""
        return (one for key, one in self.cells.items() if key not in self.gone)

    def ordered(self) -> Iterator[Verdict | None]:
        """Every place of the matrix: by builder, by scenario, by interpreter."""
        for builder in self.builders:
            for scenario in self.scenarios:
                for python in self.pythons:
                    yield self.cells.get((scenario, builder, python))


def _key(verdict: Verdict) -> Key:
    return verdict.scenario, verdict.builder, verdict.python


@define
class Telling:
    """Tells the stories of a matrix, and remembers which cell has which."""

    matrix: Matrix
    steps: Mapping[str, Sequence[str]] = field(factory=dict)
    """The shell lines of scenarios, by their digest, where the corpus is at hand."""
    _numbers: dict[bytes, int] = field(init=False, factory=dict)
    _told: list[int] = field(init=False, factory=list)
    _briefs: list[tuple[int, int]] = field(init=False, factory=list)
    _texts: dict[str, int] = field(init=False, factory=dict)

    def chunks(self) -> Iterator[str]:
        """The stories, compressed, in Base64: `STORIES` in each but the last.

        Once all are taken, `data` knows which cell has which.
        """
        pending: list[str] = []
        for verdict in self.matrix.ordered():
            number = 0
            if verdict is not None and (
                verdict.reason or verdict.differences or self._was(verdict)
            ):
                brief = self._text(verdict.reason), self._text(verdict.expected)
                written = as_json([_told(verdict.differences), self._was(verdict)])
                seal = hashlib.sha256(f"{brief} {written}".encode()).digest()
                number = self._numbers.setdefault(seal, len(self._numbers) + 1)
                if number > len(self._briefs):
                    self._briefs.append(brief)
                    pending.append(written)
            self._tell(number)
            if len(pending) == STORIES:
                yield _packed(pending)
                pending = []
        if pending:
            yield _packed(pending)

    def data(self) -> dict[str, Any]:
        """All but the stories, for the page's script. Nothing in it is a control character."""
        matrix = self.matrix
        lines = [self._line(name) for name in matrix.scenarios]
        return {
            "builders": [printable(one) for one in matrix.builders],
            "pythons": [[printable(one), _short(one, matrix.pythons)] for one in matrix.pythons],
            "scenarios": lines,
            "cells": self._letters(self._outcome_letter),
            "changes": self._letters(self._change_letter) if matrix.transitions else [],
            "told": self._told,
            "briefs": self._briefs,
            "perChunk": STORIES,
            "outcomes": {letter: str(one) for one, letter in LETTERS.items()} | {GONE: "gone"},
            "kinds": {letter: str(change) for change, letter in CHANGES.items()},
            "texts": list(self._texts),
        }

    def _letters(self, letter: Callable[[Verdict], str]) -> list[str]:
        whole = "".join(" " if one is None else letter(one) for one in self.matrix.ordered())
        width = len(self.matrix.scenarios) * len(self.matrix.pythons)
        return [whole[at : at + width] for at in range(0, len(whole), width)]

    def _outcome_letter(self, verdict: Verdict) -> str:
        letter = LETTERS[verdict.outcome]
        if _key(verdict) in self.matrix.gone:
            return GONE
        return letter.upper() if verdict.expected else letter

    def _change_letter(self, verdict: Verdict) -> str:
        change, _ = self.matrix.transitions.get(_key(verdict), (None, None))
        return " " if change is None else CHANGES[change]

    def _line(self, name: str) -> list[Any]:
        """What all cells of a scenario share."""
        found = next(
            one
            for builder in self.matrix.builders
            for python in self.matrix.pythons
            if (one := self.matrix.cells.get((name, builder, python)))
        )
        origins = [[self._text(one), self._text(address(one))] for one in found.origin]
        steps = [self._text(one) for one in self.steps.get(found.digest, ())]
        return [printable(name), self._text(found.summary), origins, steps]

    def _was(self, verdict: Verdict) -> list[Any] | None:
        """What a cell that is not as it was had been before."""
        change, old = self.matrix.transitions.get(_key(verdict), (None, None))
        if old is None or change is Change.UNCHANGED:
            return None
        told = [] if change is Change.STILL else _told(old.differences)
        return [str(old.outcome), printable(old.reason), told]

    def _tell(self, number: int) -> None:
        """Note the number of the next cell's story; cells without one are counted, negatively."""
        if number or not self._told or self._told[-1] >= 0:
            self._told.append(number or -1)
        else:
            self._told[-1] -= 1

    def _text(self, text: str) -> int:
        return self._texts.setdefault(printable(text), len(self._texts))


def _told(differences: Sequence[Difference]) -> list[Any]:
    """The differences, one after another: step, shell line, what, and rows of both sides."""
    return [
        [
            one.step + 1,
            printable_lines(one.run),
            printable(one.what),
            side_by_side(one.vanilla, one.environment),
        ]
        for one in differences
    ]


def printable_lines(text: str) -> str:
    """*text* as `printable` shows it, but for the ends of its lines."""
    return "\n".join(printable(line) for line in text.strip().split("\n"))


def address(origin: str) -> str:
    """Where *origin* can be read; empty for what is no address of the web."""
    try:
        found = link(origin)
    except ValueError:
        return ""
    return found if found.startswith(("https://", "http://")) else ""


def _short(python: str, pythons: Sequence[str]) -> str:
    """A heading for an interpreter: its minor version where that says enough."""
    alone = sum(minor(one) == minor(python) for one in pythons) == 1
    return printable(minor(python) if alone else python)


def _packed(stories: Sequence[str]) -> str:
    whole = f"[{','.join(stories)}]".encode("ascii")
    return base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode()


def as_json(value: object) -> str:
    """*value* as JSON in ASCII without spaces, in which no markup can begin or end."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
