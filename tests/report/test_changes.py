"""Tests of what a gate says."""

from __future__ import annotations

from envparity.gate import Change, Gate, Transition
from envparity.report.changes import LISTED, changes
from envparity.verdict import Outcome
from tests.doubles import make_verdict

PARITY = make_verdict()
FAILS = make_verdict(outcome=Outcome.DIFFERS)


def told(gate: Gate, *, verbose: bool = False) -> str:
    """All lines as text."""
    return "\n".join(line.plain for line in changes(gate, verbose=verbose))


def test_broken() -> None:
    """A broken cell is listed and told with the command that runs it again."""
    text = told(Gate((Transition(Change.BROKEN, PARITY, FAILS),)))
    assert "broken: 1 cell\n  scripts/hello  reference  3.12.1  parity → differs" in text
    assert f"again: {FAILS.rerun}" in text
    assert text.endswith("1 broken\n1 cell got worse")


def test_still_different() -> None:
    """An old failure is listed, and its story told only when asked for."""
    gate = Gate((Transition(Change.STILL, FAILS, FAILS),))
    assert told(gate).endswith("1 still different\nnothing got worse")
    assert "again:" not in told(gate)
    assert "again:" in told(gate, verbose=True)


def test_unchanged_is_counted() -> None:
    """What stayed as it was is counted and not listed."""
    assert told(Gate((Transition(Change.UNCHANGED, PARITY, PARITY),))) == (
        "1 unchanged\nnothing got worse"
    )
    assert told(Gate(())) == "no cells\nnothing got worse"


def test_gone() -> None:
    """A cell that is gone is told by what it was."""
    text = told(Gate((Transition(Change.GONE, PARITY, None),)))
    assert "  scripts/hello  reference  3.12.1  parity → no such cell" in text
    assert text.endswith("1 cell got worse")


def test_many() -> None:
    """A long list ends with how many more there are."""
    cells = [make_verdict(f"scripts/n{number}") for number in range(LISTED + 2)]
    text = told(Gate(tuple(Transition(Change.FIXED, one, one) for one in cells)))
    assert f"fixed: {LISTED + 2} cells" in text
    assert "  … and 2 more" in text
    assert f"n{LISTED + 1} " not in text


def test_required() -> None:
    """A required cell that is not at parity is named, and no one says that all is well."""
    expected = make_verdict(outcome=Outcome.DIFFERS, expected="a venv is a venv")
    text = told(Gate((Transition(Change.UNCHANGED, expected, expected),), (expected,)))
    assert "required, and differs as expected: scripts/hello  reference  3.12.1" in text
    assert "nothing got worse" not in text
