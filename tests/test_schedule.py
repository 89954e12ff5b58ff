"""Tests of the order in which cells are judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity import schedule
from envparity.cache import Cache
from envparity.verdict import Outcome
from tests.doubles import make_verdict


@pytest.fixture(name="cache")
def _cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache.at(tmp_path)


def test_the_dearest_first(cache: Cache) -> None:
    """Cells of a second and more are known afterwards, the dearest first, by builder."""
    verdicts = [
        make_verdict("a/cheap", seconds=0.5),
        make_verdict("a/dear", seconds=1.5),
        make_verdict("a/dearest", seconds=6.25, python="2.7.18"),
        make_verdict("a/dear", seconds=3.0, builder="uv"),
    ]
    schedule.write(cache, verdicts, {})
    both = schedule.read(cache, ["uv", "reference"])
    assert [6.25, 3.0, 1.5] == list(both.values())
    assert [("a/dear", "uv", "3.12.1")] == list(schedule.read(cache, ["uv"]))
    assert {} == schedule.read(cache, ["venv"])


def test_what_was_not_judged_stays(cache: Cache) -> None:
    """A cell that a run does not judge is as dear as it was, and one that got cheap is not."""
    known = {(name, "reference", "3.12.1"): 2.0 for name in ("a/one", "a/two", "a/three")}
    verdicts = [
        make_verdict("a/one", seconds=0.1),
        make_verdict("a/two", seconds=0.0, recalled=True),
        make_verdict("a/three", Outcome.SKIPPED, seconds=0.0),
    ]
    schedule.write(cache, verdicts, known)
    assert ["a/two", "a/three"] == [
        scenario for scenario, *_ in schedule.read(cache, ["reference"])
    ]
