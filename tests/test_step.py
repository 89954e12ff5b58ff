"""Tests of what a step did."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.step import StepOutcome
from tests.doubles import make_outcome

ANSWER: dict[str, Any] = {
    "exit": 3,
    "stdout": "",
    "stderr": "",
    "files": {},
    "timed_out": False,
    "truncated": False,
    "seconds": 0.5,
}


def answer(**changes: Any) -> StepOutcome:
    """Return the outcome in an answer of the sandbox server."""
    return StepOutcome.from_answer({**ANSWER, **changes})


def test_answer() -> None:
    """An outcome holds what the server answered."""
    found = answer(stdout="out", stderr="err", files={"a": "b"}, timed_out=True, truncated=True)
    assert found == StepOutcome(3, "out", "err", {"a": "b"}, timed_out=True, truncated=True)
    assert found.seconds == 0.5


def test_no_exit_status() -> None:
    """A shell that had to be killed has no exit status of its own."""
    without = {key: value for key, value in ANSWER.items() if key != "exit"}
    assert StepOutcome.from_answer(without).exit == -9


@given(st.binary(), st.binary(), st.dictionaries(st.binary(), st.binary()))
def test_bytes(stdout: bytes, stderr: bytes, files: dict[bytes, bytes]) -> None:
    """No byte is lost: outputs that are not the same are never equal."""
    found = answer(
        stdout=stdout.decode("latin-1"),
        stderr=stderr.decode("latin-1"),
        files={name.decode("latin-1"): data.decode("latin-1") for name, data in files.items()},
    )
    assert found.stdout.encode("utf-8", "surrogateescape") == stdout
    assert found.stderr.encode("utf-8", "surrogateescape") == stderr
    assert {
        name.encode("utf-8", "surrogateescape"): data.encode("utf-8", "surrogateescape")
        for name, data in found.files.items()
    } == files


def test_text() -> None:
    """Output is UTF-8."""
    assert answer(stdout="é".encode().decode("latin-1")).stdout == "é"


@pytest.mark.parametrize(
    "outcome",
    [
        make_outcome(),
        make_outcome("é\udcff\x1b", exit=-9, stderr="no", files={"a\udcff": "b"}, seconds=1.5),
        make_outcome(timed_out=True, truncated=True),
    ],
)
def test_json(outcome: StepOutcome) -> None:
    """An outcome survives its way through JSON, with its time."""
    read = StepOutcome.from_json(json.loads(json.dumps(outcome.to_json())))
    assert read == outcome
    assert read.seconds == outcome.seconds


def test_time_is_chance() -> None:
    """How long a step took makes no difference; everything else does."""
    one = make_outcome("a")
    assert one == attrs.evolve(one, seconds=9.0)
    for change in ({"exit": 1}, {"stderr": "x"}, {"files": {"a": ""}}, {"timed_out": True}):
        assert one != attrs.evolve(one, **change)
