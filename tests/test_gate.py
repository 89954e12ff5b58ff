"""Tests of the gate."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.errors import UsageError
from envparity.gate import Change, Gate, compare, within
from envparity.report.jsonl import Report
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict


def report(*verdicts: Verdict, **header: Any) -> Report:
    """A report of these cells."""
    asked = {one.builder for one in verdicts} or {"reference"}
    build = {"python": "3.12.1", "version": "3.12.1", "build": "shared libpython"}
    known = {"builders": [{"asked": name} for name in sorted(asked)], "interpreters": [build]}
    return Report({**known, **header}, verdicts, {})


def change(old: Verdict | None, new: Verdict | None) -> Change:
    """What one cell's change is called."""
    gate = compare(report(*filter(None, [old])), [report(*filter(None, [new]))])
    (transition,) = gate.transitions
    return transition.change


PARITY = make_verdict()
FAILS = make_verdict(outcome=Outcome.DIFFERS)
EXPECTED = make_verdict(outcome=Outcome.DIFFERS, expected="a venv is a venv")
SKIPPED = make_verdict(outcome=Outcome.SKIPPED)
UNSUPPORTED = make_verdict(outcome=Outcome.UNSUPPORTED)
ERROR = make_verdict(outcome=Outcome.ERROR)
OTHERWISE = make_verdict(outcome=Outcome.DIFFERS, differences=(make_difference("other"),))


@pytest.mark.parametrize(
    ("old", "new", "expected", "worse"),
    [
        (PARITY, PARITY, Change.UNCHANGED, False),
        (PARITY, FAILS, Change.BROKEN, True),
        (PARITY, ERROR, Change.BROKEN, True),
        (PARITY, EXPECTED, Change.UNCHANGED, False),
        (PARITY, SKIPPED, Change.GONE, True),
        (PARITY, UNSUPPORTED, Change.GONE, True),
        (PARITY, None, Change.GONE, True),
        (FAILS, None, Change.GONE, False),
        (FAILS, PARITY, Change.FIXED, False),
        (FAILS, FAILS, Change.STILL, False),
        (FAILS, OTHERWISE, Change.CHANGED, False),
        (FAILS, ERROR, Change.CHANGED, False),
        (EXPECTED, FAILS, Change.STILL, False),
        (EXPECTED, PARITY, Change.UNCHANGED, False),
        (SKIPPED, SKIPPED, Change.UNCHANGED, False),
        (SKIPPED, FAILS, Change.NEW, False),
        (None, FAILS, Change.NEW, False),
        (None, PARITY, Change.NEW, False),
    ],
)
def test_changes(old: Verdict | None, new: Verdict | None, expected: Change, worse: bool) -> None:
    """Each pair of outcomes has one name, and only what was better before is worse."""
    gate = compare(report(*filter(None, [old])), [report(*filter(None, [new]))])
    (transition,) = gate.transitions
    assert (transition.change, transition.is_worse) == (expected, worse)
    assert gate.is_green is not worse
    assert gate.counts == {expected: 1}


def test_a_version_in_a_path_is_no_change() -> None:
    """A failure that names another version of Python is the same failure."""
    texts = ("lib/python3.12/os.py of 3.12.1", "lib/python3.13/os.py of 3.13.0")
    one, other = (
        make_verdict(outcome=Outcome.DIFFERS, differences=(make_difference(text),))
        for text in texts
    )
    assert change(one, other) is Change.STILL


@pytest.mark.parametrize("outcome", [Outcome.DIFFERS, Outcome.ERROR, Outcome.REFUSED])
def test_another_scenario_or_interpreter_cannot_be_compared(outcome: Outcome) -> None:
    """A failure of a changed scenario, or with another build, is neither old nor new."""
    new = make_verdict(outcome=outcome, digest="b")
    gate = compare(report(make_verdict(digest="a")), [report(new)])
    assert [one.change for one in gate.transitions] == [Change.INCOMPARABLE]
    assert not gate.is_green
    build = {"python": "3.12.1", "version": "3.12.1", "build": "static libpython"}
    gate = compare(report(PARITY), [report(make_verdict(outcome=outcome), interpreters=[build])])
    assert [one.change for one in gate.transitions] == [Change.INCOMPARABLE]


def test_parity_needs_no_baseline() -> None:
    """A changed scenario that is at parity is no worse, whatever it was before."""
    new = make_verdict(digest="b")
    assert change(make_verdict(digest="a"), new) is Change.UNCHANGED
    assert change(make_verdict(outcome=Outcome.DIFFERS, digest="a"), new) is Change.FIXED


def test_one_builder_each() -> None:
    """Two builders are compared where each side judged one, as a patch and its base are."""
    old, new = (make_verdict(builder=f"nixpkgs:checkout@{name}") for name in ("base", "patch"))
    assert change(old, new) is Change.UNCHANGED


def test_several_builders() -> None:
    """Builders are kept apart by their names where a side judged several."""
    both = report(PARITY, make_verdict(builder="venv"))
    gate = compare(both, [report(make_verdict(builder="uv"))])
    assert gate.counts == {Change.GONE: 2, Change.NEW: 1}


def test_runs_that_disagree() -> None:
    """A cell on which runs of one thing disagree is flaky, and told by its worst outcome."""
    gate = compare(report(PARITY), [report(PARITY), report(FAILS), report(PARITY)])
    (transition,) = gate.transitions
    assert transition.change is Change.FLAKY
    assert transition.verdict == FAILS
    assert not gate.is_green
    assert compare(report(PARITY), [report(PARITY), report()]).counts == {Change.FLAKY: 1}


def test_required() -> None:
    """What is required has to be at parity, even where it failed before or is expected to."""
    assert compare(report(FAILS), [report(FAILS)]).is_green
    for verdict in (FAILS, EXPECTED, ERROR):
        gate = compare(report(verdict), [report(verdict)], require=["scripts"])
        assert gate.unmet == (verdict,)
        assert not gate.is_green
    assert compare(report(PARITY), [report(PARITY)], require=["scripts/*"]).is_green


@pytest.mark.parametrize("verdicts", [(), (SKIPPED,), (make_verdict("venvs/a"),)])
def test_required_and_not_judged(verdicts: tuple[Verdict, ...]) -> None:
    """A requirement that no judged cell meets is an error, and not green."""
    with pytest.raises(UsageError, match="nothing that 'scripts' requires was judged"):
        compare(report(), [report(*verdicts)], require=["scripts"])


def test_within() -> None:
    """Only what the new run was asked for is compared with it."""
    other = make_verdict("venvs/a")
    old = report(PARITY, other, make_verdict(python="3.8.18"))
    assert within(old, ["scripts"], report(PARITY)).verdicts == (PARITY,)
    assert within(old, [], report(PARITY)).verdicts == (PARITY, other)
    several = report(PARITY, make_verdict(builder="venv"))
    assert within(several, [], report(PARITY)).verdicts == (PARITY,)


cells = st.lists(
    st.builds(
        make_verdict,
        st.sampled_from(["scripts/a", "scripts/b", "venvs/c"]),
        st.sampled_from(list(Outcome)),
        python=st.sampled_from(["3.8.18", "3.12.1"]),
        digest=st.sampled_from(["a", "b"]),
    ),
    unique_by=lambda one: (one.scenario, one.python),
)


@given(cells)
def test_a_run_against_itself(verdicts: list[Verdict]) -> None:
    """A run compared with itself is green, and nothing in it changed."""
    gate = compare(report(*verdicts), [report(*reversed(verdicts))])
    assert gate.is_green
    assert set(gate.counts) <= {Change.UNCHANGED, Change.STILL}


@given(cells, cells)
def test_every_cell_once(old: list[Verdict], new: list[Verdict]) -> None:
    """Every cell of either run is told once, the worst first."""
    gate: Gate = compare(report(*old), [report(*new)])
    keys = [(one.verdict.scenario, one.verdict.python) for one in gate.transitions]
    assert len(keys) == len(set(keys))
    assert set(keys) == {(one.scenario, one.python) for one in [*old, *new]}
    order = [list(Change).index(one.change) for one in gate.transitions]
    assert order == sorted(order)
