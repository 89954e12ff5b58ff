"""Records: what reports are boiled down to for a page of docs/ that is made from them.

A record is a file of JSON with a line for each thing, so that a change of it can be read; its page
is Markdown. `envparity lint` says where a page is not what its record says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from envparity.errors import CorpusError, UsageError

Cells = Mapping[str, tuple[str, ...]]
"""Interpreters by scenario."""


class Record(Protocol):
    """What a page is made from."""

    def to_json(self) -> str:
        """The record."""
        ...

    def page(self) -> str:
        """The page, in Markdown."""
        ...


def plain(scenario: str) -> str:
    """The name of *scenario* without its case."""
    return scenario.partition("[")[0]


def in_json(value: Any) -> str:
    """*value* on one line."""
    return json.dumps(value, ensure_ascii=False)


def joined(rows: Iterable[str]) -> list[str]:
    """*rows* of an object or a list, with the commas between them."""
    text = list(rows)
    return [f"{row}," for row in text[:-1]] + text[-1:]


def cells_in_json(cells: Cells, indent: str) -> list[str]:
    """The rows of *cells*, a line for each scenario."""
    return joined(f"{indent}{in_json(one)}: {in_json(cells[one])}" for one in sorted(cells))


def line_of(lines: Sequence[str], name: str) -> int | None:
    """The number of the line of a record that begins with *name*."""
    key = in_json(name)
    return next((n for n, line in enumerate(lines, 1) if line.strip().startswith(key)), None)


def write_record(record: Record, what: str, path: Path, page: Path) -> None:
    """Write *record*, which is called *what*, and its page; UsageError if that is not possible."""
    try:
        path.write_text(record.to_json(), encoding="utf-8")
        page.write_text(record.page(), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{what} cannot be written: {error.strerror}", path=path.parent,
            hint="--output names the folder of the documents",
        ) from None  # fmt: skip


def check_record(
    record: Record,
    complaints: Iterable[tuple[str, str, str]],
    path: Path,
    page: Path,
    *,
    write: bool,
) -> list[CorpusError]:
    """All that is wrong with *record*, read from *path*, and with its *page*.

    *complaints* are a name, a message and a hint each. *write* makes the page anew.
    """
    lines = path.read_text("utf-8").splitlines()
    errors = [
        CorpusError(message, hint=hint, path=path, line=line_of(lines, name))
        for name, message, hint in complaints
    ]
    text = record.page()
    if write:
        page.write_text(text, encoding="utf-8")
    elif not page.is_file() or page.read_text(encoding="utf-8") != text:
        hint = "`envparity lint --write` makes it anew"
        errors.append(CorpusError(f"not what {path.name} says", path=page, hint=hint))
    return errors
