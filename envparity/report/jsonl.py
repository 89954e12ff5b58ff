"""The report file: JSON lines with a header, one line per cell, and a footer.

A file without its footer is the report of a run that was cut off, and is never read as whole.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from attrs import field, frozen

from envparity.document import nearest_files
from envparity.errors import ReportError, UsageError
from envparity.verdict import Outcome, Verdict

#: Raised when a report is no longer what earlier versions read.
FORMAT = 1

#: Lists of objects in a header, and the strings that each object has.
_TABLES = {
    "builders": ("asked",),
    "interpreters": ("python", "version", "build"),
    "parts": (),
}


class ReportWriter:
    """Writes a report while the run goes on; each line is on disk when its cell has ended."""

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        try:
            self._file: TextIO = path.open("w", encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise UsageError(f"the report cannot be written: {error.strerror}", path=path) from None
        self._path = path
        self._counts: Counter[str] = Counter()
        self._write(header)

    def add(self, *verdicts: Verdict) -> None:
        """Write the line of each cell."""
        for verdict in verdicts:
            self._counts[str(verdict.outcome)] += 1
            self._write(verdict.to_json())

    def finish(self, planned: int, *, complete: bool, stopped: str = "") -> None:
        """Write the footer and close; a run that was cut off gets none, but says what by."""
        reported = sum(self._counts.values())
        if complete:
            counts = _all_outcomes(self._counts)
            self._write(
                {"kind": "footer", "planned": planned, "reported": reported, "outcomes": counts}
            )
        else:
            why = stopped or "incomplete"
            self._write({"kind": "cut off", "by": why, "planned": planned, "reported": reported})
        self._file.close()

    def _write(self, line: Mapping[str, Any]) -> None:
        """Write and flush *line*; ReportError, and the file is closed, where that fails."""
        try:
            self._file.write(json.dumps(line, ensure_ascii=True) + "\n")
            self._file.flush()
        except OSError as error:
            with contextlib.suppress(OSError):
                self._file.close()
            raise ReportError(
                f"the report was cut off: {error.strerror}",
                path=self._path,
                hint="make room, or name another place with --report",
            ) from None


def outcomes_of(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many of *verdicts* have each outcome, as a footer counts them."""
    return _all_outcomes(Counter(str(verdict.outcome) for verdict in verdicts))


def _all_outcomes(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(outcome): counts.get(str(outcome), 0) for outcome in Outcome}


@frozen
class Report:
    """A report that was read."""

    header: Mapping[str, Any]
    verdicts: tuple[Verdict, ...]
    footer: Mapping[str, Any]
    path: Path = field(default=Path("-"), eq=False)
    """Where it was read from."""


def read_report(path: Path) -> Report:
    """The whole report at *path*.

    Raises ReportError, with the line, for a file that is cut off, foreign or contradictory.
    """
    header, *cells, footer = _read_lines(path)
    if problem := _wrong_with(header):
        raise ReportError(f"not a header: {problem}", path=path, line=1)
    verdicts: dict[tuple[str, str, str], Verdict] = {}
    for number, document in enumerate(cells, 2):
        if document["kind"] != "cell":
            raise ReportError(f"a {document['kind']} among the cells", path=path, line=number)
        try:
            verdict = Verdict.from_json(document)
        except KeyError as error:
            raise ReportError(f"not a cell: it has no {error}", path=path, line=number) from None
        except (ValueError, TypeError, AttributeError) as error:
            raise ReportError(f"not a cell: {error}", path=path, line=number) from None
        key = verdict.scenario, verdict.builder, verdict.python
        if verdicts.setdefault(key, verdict) is not verdict:
            told = f"{verdict.scenario} with {verdict.builder} on {verdict.python}"
            raise ReportError(f"a second verdict on {told}", path=path, line=number)
    for what, counted, found in (
        ("cells", footer.get("reported"), len(verdicts)),
        ("planned cells", footer.get("planned", len(verdicts)), len(verdicts)),
        ("outcomes", footer.get("outcomes"), outcomes_of(verdicts.values())),
    ):
        if counted != found:
            raise ReportError(
                f"the footer counts {counted} {what} where there are {found}",
                path=path,
                line=len(cells) + 2,
            )
    return Report(header, tuple(verdicts.values()), footer, path)


def _wrong_with(header: Mapping[str, Any]) -> str | None:
    """What keeps *header* from being one; what it does not have at all, it need not have."""
    for key, names in _TABLES.items():
        rows = header.get(key, [])
        if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
            return f"`{key}` is no list of objects"
        for row in rows:
            for name in names:
                if not isinstance(row.get(name), str):
                    return f"one of `{key}` has no `{name}`"
    for key in ("scenarios", "problems", "commands"):
        words = header.get(key, [])
        if not (isinstance(words, list) and all(isinstance(one, str) for one in words)):
            return f"`{key}` is no list of strings"
    for key in ("envparity", "corpus", "started", "machine"):
        if not isinstance(header.get(key, ""), str):
            return f"`{key}` is no string"
    if not isinstance(header.get("dealt_by"), str | None):
        return "`dealt_by` is no string"
    planned, shard = header.get("planned"), header.get("shard")
    if planned is not None and not _is_count(planned):
        return "`planned` is no number of cells"
    if shard is not None and not (
        isinstance(shard, list)
        and len(shard) == 2
        and all(map(_is_count, shard))
        and 1 <= shard[0] <= shard[1] <= 1_000_000
    ):
        return "`shard` is not [k, n]"
    return None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _read_lines(path: Path) -> list[Mapping[str, Any]]:
    """The lines of a report that begins with a header of this format and ends with a footer."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        words = f"the report cannot be read: {error.strerror}"
        raise ReportError(words, path=path, hint=nearest_files(path)) from None
    except OSError as error:
        raise ReportError(f"the report cannot be read: {error.strerror}", path=path) from None
    except UnicodeDecodeError:
        raise ReportError("no report: it is not UTF-8", path=path) from None
    *lines, _unfinished = text.split("\n")
    documents: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        try:
            documents.append(json.loads(line))
            documents[-1]["kind"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ReportError("not a line of a report", path=path, line=number) from None
    if not documents or documents[0]["kind"] != "header":
        raise ReportError("no report begins here: the first line is no header", path=path, line=1)
    if documents[0].get("format") != FORMAT:
        raise ReportError(
            f"a report of format {documents[0].get('format')}",
            path=path,
            line=1,
            hint=f"this version of envparity reads format {FORMAT}",
        )
    if documents[-1]["kind"] != "footer" or len(documents) == 1:
        last = documents[-1]
        by = f" by {last.get('by')}" if last["kind"] == "cut off" else ""
        raise ReportError(
            f"the report has no footer: its run was cut off{by}", path=path, line=len(lines)
        )
    return documents
