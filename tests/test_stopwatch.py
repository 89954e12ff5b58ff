"""Tests of the stopwatch."""

from __future__ import annotations

import time

import pytest

from envparity.stopwatch import BUILD, ORACLE, STEPS, Stopwatch


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that shows its only element."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_parts_add_up(clock: list[float]) -> None:
    """A part that is measured twice has the seconds of both, and the others have none."""
    watch = Stopwatch()
    for seconds in (2.0, 3.0):
        with watch.measure(BUILD):
            clock[0] += seconds
        clock[0] += 50
    assert {ORACLE: 0.0, BUILD: 5.0, STEPS: 0.0} == watch.lap()


def test_what_lies_within_counts_once(clock: list[float]) -> None:
    """A build inside of what the oracle does is the build's time, and not the oracle's as well."""
    watch = Stopwatch()
    with watch.measure(ORACLE):
        clock[0] += 1
        with watch.measure(BUILD):
            clock[0] += 10
        clock[0] += 2
    assert {ORACLE: 3.0, BUILD: 10.0, STEPS: 0.0} == watch.lap()


def test_a_failure_is_measured(clock: list[float]) -> None:
    """What ends in an exception has taken its time."""
    watch = Stopwatch()

    def fail() -> None:
        with watch.measure(STEPS):
            clock[0] += 4
            raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        fail()
    assert 4.0 == watch.lap()[STEPS]


def test_a_lap_begins_anew(clock: list[float]) -> None:
    """What one cell has spent is not the next one's."""
    watch = Stopwatch()
    with watch.measure(STEPS):
        clock[0] += 4
    watch.lap()
    assert {0.0} == set(watch.lap().values())
