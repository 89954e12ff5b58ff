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

#: Words of two lines up to which they are compared word by word, which takes their product.
WORDS = 1200

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
    at = 0
    for group in difflib.SequenceMatcher(None, left, right).get_grouped_opcodes(CONTEXT):
        if group[0][1] > at:
            rows.append(group[0][1] - at)
        for tag, i, j, k, m in group:
            if tag == "equal":
                rows += [_cut(line) for line in left[i:j]]
            else:
                rows += _pairs(left[i:j], right[k:m])
        at = group[-1][2]
    if len(left) > at:
        rows.append(len(left) - at)
    if len(rows) > ROWS:
        rows[ROWS:] = [sum(row if isinstance(row, int) else 1 for row in rows[ROWS:])]
    return tuple(rows)


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _cut(line: str) -> str:
    """*line* as it is shown."""
    if len(line) <= CHARACTERS:
        return printable(line)
    return f"{printable(line[:CHARACTERS])} (… and {len(line) - CHARACTERS} more characters)"


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
    if len(left) + len(right) > WORDS:
        return [ours], [theirs]
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
