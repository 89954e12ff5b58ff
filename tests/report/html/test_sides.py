"""Tests of one difference, side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envparity.report.html import sides
from envparity.report.html.sides import Row, mark, side_by_side
from envparity.report.terminal import printable

TEXTS = st.lists(st.sampled_from(["a", "b", "one two", "one three", "\x1b[2J", "\\x1b[2J"])).map(
    "\n".join
)


def side(rows: tuple[Row, ...], which: int) -> list[str | int]:
    """The lines of one side, and how many were left out where."""
    lines: list[str | int] = []
    for row in rows:
        if not isinstance(row, tuple):
            lines.append(row)
        elif (pieces := row[which]) is not None:
            lines.append("".join(pieces))
    return lines


def test_one_word() -> None:
    """A line that changed by a word has that word alone marked, on both sides."""
    assert side_by_side("prefix is /a/b\n", "prefix is /a/c\n") == (
        (["prefix is /a/", "b"], ["prefix is /a/", "c"]),
    )


def test_a_word_more() -> None:
    """Where one side has a word that the other has not, the other has nothing marked."""
    assert mark("import a here", "import a") == (["import a", " here"], ["import a"])


def test_a_change_at_the_start() -> None:
    """The first piece of a line is never a marked one."""
    assert mark("a is here", "b is here") == (["", "a", " is here"], ["", "b", " is here"])


def test_lines_with_nothing_in_common() -> None:
    """In lines that have hardly a word in common nothing is marked."""
    assert mark("hello", "Traceback (most recent call last)") == (
        ["hello"],
        ["Traceback (most recent call last)"],
    )


def test_lines_with_very_many_words() -> None:
    """Lines of very many words are shown, and nothing in them is marked."""
    ours = "a " * sides.WORDS
    assert mark(ours, ours + "b") == ([ours], [ours + "b"])


def test_one_side_has_no_line() -> None:
    """A line that only one side has stands beside nothing."""
    assert side_by_side("", "gone wrong\n") == ((None, ["gone wrong"]),)
    assert side_by_side("a\nb\n", "a\n") == ("a", (["b"], None))


def test_only_the_last_newline_differs() -> None:
    """Texts that differ in the end of their last line alone say so, on the side without."""
    assert side_by_side("a\n", "a") == ("a", (None, ["(no newline at the end)"]))
    assert side_by_side("a", "a\n") == ("a", (["(no newline at the end)"], None))


def test_lines_far_from_a_difference_are_counted() -> None:
    """Lines that both sides share are left out but for a few around a difference."""
    same = [f"line {number}" for number in range(20)]
    old, new = "\n".join([*same, "x", *same]), "\n".join([*same, "y", *same])
    shown = sides.CONTEXT
    assert side_by_side(old, new) == (
        20 - shown,
        *same[-shown:],
        (["x"], ["y"]),
        *same[:shown],
        20 - shown,
    )


def test_very_long_texts_are_cut() -> None:
    """Of very many rows the first are shown, and the others counted."""
    rows = side_by_side("", "x\n" * 1000)
    assert len(rows) == sides.ROWS + 1
    assert rows[-1] == 1000 - sides.ROWS


def test_very_long_lines_are_cut() -> None:
    """Of a very long line the beginning is shown, and the rest counted."""
    ((_, theirs),) = (row for row in side_by_side("", "é" * 2500) if isinstance(row, tuple))
    assert theirs == ["é" * sides.CHARACTERS + " (… and 500 more characters)"]


def test_control_characters_are_seen() -> None:
    """Escapes of terminals, and what turns text around, are shown as escapes."""
    rows = side_by_side("a\x1b[2Jb\n", "a\u202eb\n")
    assert side(rows, 0) == ["a\\x1b[2Jb"]
    assert side(rows, 1) == ["a\\u202eb"]


def test_what_looks_alike_is_no_missing_newline() -> None:
    """An escape and the text that it is shown as are a difference, though they look alike."""
    assert side_by_side("\x1b\n", "\\x1b\n") == ((["\\x1b"], ["\\x1b"]),)


@given(TEXTS, TEXTS)
def test_nothing_is_lost(vanilla: str, environment: str) -> None:
    """Both sides have every line of their text, in its order, or count it as left out."""
    rows = side_by_side(vanilla, environment)
    for which, text in enumerate((vanilla, environment)):
        lines = [printable(line) for line in text.split("\n")] if text else []
        at = 0
        for shown in side(rows, which):
            if isinstance(shown, int):
                at += shown
            elif shown != "(no newline at the end)":
                assert shown == lines[at]
                at += 1
        assert at == len(lines)
