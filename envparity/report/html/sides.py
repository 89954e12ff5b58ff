"""One difference, side by side: vanilla on the left, the environment on the right.

A row is a line that both sides share (a string), or a pair of sides. A side is None where it has
no such line, and otherwise a list of pieces: the first, third and so on are what both lines share,
those between are what differs. An integer stands for that many lines left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from envparity.report.terminal import printable

Side = list[str] | None
Row = str | int | tuple[Side, Side]

#: Lines that are shown around a difference.
CONTEXT = 3

#: Rows of one difference that are shown, and characters of one line; the report has the whole.
ROWS = 300
CHARACTERS = 2000

#: Below this likeness two lines have nothing to do with each other, and no words are marked.
_ALIKE = 0.3

_WORD = re.compile(r"\w+|\s+|.", re.DOTALL)


@lru_cache(maxsize=4096)
def side_by_side(vanilla: str, environment: str) -> tuple[Row, ...]:
    """The rows of the difference between two texts; nothing in them is a control character."""
    left, right = _lines(vanilla), _lines(environment)
    if left == right:
        # Only one side ends its last line, which no line can show.
        (right if vanilla.endswith("\n") else left).append("(no newline at the end)")
    rows: list[Row] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for group in matcher.get_grouped_opcodes(CONTEXT):
        start = group[0][1]
        if start:
            rows.append(start - _shown(rows, left))
        for tag, i, j, k, m in group:
            if tag == "equal":
                rows += [_cut(line) for line in left[i:j]]
            else:
                rows += _pairs(left[i:j], right[k:m])
    rest = len(left) - _shown(rows, left)
    if rest:
        rows.append(rest)
    if len(rows) > ROWS:
        rows[ROWS:] = [sum(row if isinstance(row, int) else 1 for row in rows[ROWS:])]
    return tuple(rows)


def _shown(rows: Sequence[Row], left: Sequence[str]) -> int:
    """How many lines of the left side *rows* stand for."""
    return min(
        len(left),
        sum(
            row if isinstance(row, int) else int(isinstance(row, str) or row[0] is not None)
            for row in rows
        ),
    )


def _lines(text: str) -> list[str]:
    lines = text.removesuffix("\n").split("\n") if text else []
    return [printable(line) for line in lines]


def _cut(line: str) -> str:
    if len(line) <= CHARACTERS:
        return line
    return f"{line[:CHARACTERS]} (… and {len(line) - CHARACTERS} more characters)"


def _pairs(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    """Lines of both sides beside each other, as far as both have any."""
    for index in range(max(len(left), len(right))):
        ours = _cut(left[index]) if index < len(left) else None
        theirs = _cut(right[index]) if index < len(right) else None
        if ours is None or theirs is None:
            yield (None if ours is None else [ours], None if theirs is None else [theirs])
        elif ours == theirs:
            # Equal as far as they are shown, or once control characters are.
            yield ([ours], [theirs])
        else:
            yield mark(ours, theirs)


def mark(ours: str, theirs: str) -> tuple[list[str], list[str]]:
    """The pieces of two lines; only whole words are marked.

    Where the lines are too different each is one piece: marking nearly everything says nothing.
    """
    left, right = _WORD.findall(ours), _WORD.findall(theirs)
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < _ALIKE or matcher.ratio() < _ALIKE:
        return [ours], [theirs]
    sides: tuple[list[str], list[str]] = ([""], [""])
    for tag, i, j, k, m in matcher.get_opcodes():
        for side, words in zip(sides, (left[i:j], right[k:m]), strict=True):
            odd = len(side) % 2 == 1
            text = "".join(words)
            if tag == "equal" and odd:
                side[-1] += text
            elif tag == "equal" or text:
                side.append(text)
    return sides
