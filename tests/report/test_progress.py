"""Tests of the line of a run that is under way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.report.progress import duration, failing, progress
from envparity.verdict import Outcome
from tests.doubles import make_verdict

CELLS = [
    make_verdict("scripts/a", seconds=1.0),
    make_verdict("scripts/b", Outcome.DIFFERS, seconds=4.2),
    make_verdict("scripts/c", Outcome.DIFFERS, expected="known"),
]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            120,
            "━━━━━━━━━━────────── 3/6  1 differs  6 s left  0.5/s  slowest 4.2 s scripts/b",
        ),
        (60, "3/6  1 differs  6 s left  0.5/s  slowest 4.2 s scripts/b"),
        (40, "3/6  1 differs  6 s left  0.5/s"),
        (20, "3/6  1 differs"),
        (10, "3/6"),
        (2, "3/"),
    ],
)
def test_widths(width: int, line: str) -> None:
    """On a narrow terminal the bar goes first, then the slowest cell, and numbers stay."""
    assert progress(CELLS, 6, 6.0, width).plain == line


def test_beginnings() -> None:
    """Before the first cell, and before anybody knows how many there are, nothing is made up."""
    assert progress([], -1, 0.0, 40).plain == "collecting  parity so far"
    assert progress([], 5, 3.0, 30).plain == "0/5  parity so far"
    assert progress([], 0, 0.0, 80).plain == "0/0  parity so far"


def test_end() -> None:
    """At the end the bar is full and no time is left."""
    line = progress(CELLS[:1] * 40, 40, 2.0, 100).plain
    assert line == "━" * 20 + " 40/40  parity so far  20/s  slowest 1.0 s scripts/a"


@given(st.integers(0, 3), st.integers(-1, 9), st.floats(0, 1e6), st.integers(0, 200))
def test_never_too_long(done: int, planned: int, seconds: float, width: int) -> None:
    """Whatever the numbers are, it is one line that fits."""
    line = progress(CELLS[:done], planned, seconds, width).plain
    assert len(line) <= width
    assert "\n" not in line


def test_failing() -> None:
    """Failures are counted, the worst first; what is expected is none."""
    verdicts = [*CELLS, make_verdict(outcome=Outcome.ERROR), CELLS[1]]
    assert failing(verdicts) == "1 error, 2 differs"
    assert failing(CELLS[2:]) == "parity so far"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (3540, "59 min"), (3900, "1 h 5 min")],
)
def test_duration(seconds: float, words: str) -> None:
    """A duration has the unit that a person would take."""
    assert duration(seconds) == words
