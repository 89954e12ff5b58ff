"""Tests of dealing the cells of a run to several machines."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.errors import ReportError, UsageError
from envparity.report.jsonl import ReportWriter
from envparity.shard import TICKS, Durations, Group, Shard, name_of_dealing
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_header, make_verdict

GROUPS = st.integers(0, 60).map(
    lambda count: [(f"scripts/{number}", "3.12.1") for number in range(count)]
)


@st.composite
def weighed(draw: st.DrawFn) -> dict[Group, int]:
    """Groups with what they weigh, many of them nothing or the same."""
    groups = draw(GROUPS)
    sizes = st.one_of(st.integers(0, 3), st.integers(0, 10**9))
    found = draw(st.lists(sizes, min_size=len(groups), max_size=len(groups)))
    return dict(zip(groups, found, strict=True))


def hands(weights: dict[Group, int], parts: int) -> list[frozenset[Group]]:
    """What each of *parts* shards is dealt, as each finds out for itself."""
    return [Shard.parse(f"{part}/{parts}").share(weights) for part in range(1, parts + 1)]


@given(weighed(), st.integers(1, 12))
def test_everything_once(weights: dict[Group, int], parts: int) -> None:
    """Whatever is dealt goes to exactly one shard, and none is empty where there is enough."""
    found = hands(weights, parts)
    assert sorted(group for hand in found for group in hand) == sorted(weights)
    assert all(found) or len(weights) < parts


@given(weighed(), st.integers(1, 12))
def test_balance(weights: dict[Group, int], parts: int) -> None:
    """The heaviest shard is heavier than the mean by no more than the heaviest group."""
    heaviest = max(sum(weights[group] for group in hand) for hand in hands(weights, parts))
    excess = Fraction(heaviest) - Fraction(sum(weights.values()), parts)
    assert excess <= max(weights.values(), default=0)


@given(GROUPS, st.integers(1, 12))
def test_all_alike(groups: list[Group], parts: int) -> None:
    """Groups of which nothing is known go round, neighbours to different shards."""
    found = hands(dict.fromkeys(groups, 1), parts)
    assert found == [frozenset(groups[part::parts]) for part in range(parts)]


@given(weighed(), st.integers(1, 6), st.data())
def test_known_durations(weights: dict[Group, int], parts: int, data: st.DataObject) -> None:
    """Seconds that are known are dealt by, to the tick, whoever else is in the report."""
    builders = ("reference", "uv")
    seconds = {}
    for (scenario, python), ticks in weights.items():
        part = data.draw(st.integers(0, ticks))
        seconds[scenario, "reference", python] = part / TICKS
        seconds[scenario, "uv", python] = (ticks - part) / TICKS
        seconds[scenario, "another", python] = 7.0
    durations = Durations(seconds, usual=1000.0)
    assert durations.weigh(weights, builders) == weights
    assert hands(durations.weigh(weights, builders), parts) == hands(weights, parts)


def write(path: Path, *verdicts: Verdict) -> Path:
    """Write the report of a run with these cells."""
    writer = ReportWriter(path, make_header(planned=len(verdicts)))
    writer.add(*verdicts)
    writer.finish(len(verdicts), complete=True)
    return path


class TestDurations:
    """What is read of an earlier report."""

    def test_unknown_cells(self, tmp_path: Path) -> None:
        """A cell that the report does not have counts as the median of those that were tried."""
        names = ("scripts/a", "scripts/b", "scripts/c")
        cells = [make_verdict(name, seconds=at) for name, at in zip(names, (1, 2, 9), strict=True)]
        skipped = [make_verdict(f"venvs/{n}", Outcome.SKIPPED, seconds=0.0) for n in range(5)]
        durations = Durations.read(write(tmp_path / "a.jsonl", *cells, *skipped))
        groups = [("scripts/c", "3.12.1"), ("venvs/0", "3.12.1"), ("scripts/new", "3.12.1")]
        assert durations.weigh(groups, ["reference"]) == dict(
            zip(groups, (9 * TICKS, 0, 2 * TICKS), strict=True)
        )
        both = durations.weigh(groups[:1], ["reference", "uv"])
        assert both == {groups[0]: 11 * TICKS}

    def test_nothing_tried(self, tmp_path: Path) -> None:
        """A report in which all was skipped tells nothing, and what is dealt goes round."""
        path = write(tmp_path / "a.jsonl", make_verdict(outcome=Outcome.SKIPPED))
        groups = [(f"scripts/{number}", "3.12.1") for number in range(6)]
        weights = Durations.read(path).weigh(groups, ["reference"])
        assert set(weights.values()) == {0}
        assert hands(weights, 3) == [frozenset(groups[part::3]) for part in range(3)]

    def test_bad_file(self, tmp_path: Path) -> None:
        """What is no whole report is told with its line."""
        bad = tmp_path / "bad.jsonl"
        bad.write_text("{}\n")
        with pytest.raises(ReportError, match=r"bad\.jsonl:1: "):
            Durations.read(bad)


def test_name_of_dealing() -> None:
    """A dealing has another name when anything that decides it is another."""
    weights = {("a", "3.8.18"): 1, ("b", "3.8.18"): 2}
    names = {
        name_of_dealing(one)
        for one in (
            weights,
            dict(reversed(weights.items())),
            {**weights, ("b", "3.8.18"): 3},
            {("a", "3.8.18"): 1},
        )
    }
    assert len(names) == 4
    assert name_of_dealing(dict(weights)) == name_of_dealing(weights)


@pytest.mark.parametrize("text", ["", "1", "/", "1/", "/2", "a/2", "1/b", "1/2/3", "-1/2", "²/3"])
def test_no_shard(text: str) -> None:
    """What is not K/N is one line that says what is."""
    with pytest.raises(UsageError, match=r"is no shard \(--shard takes K/N"):
        Shard.parse(text)


@pytest.mark.parametrize("text", ["0/2", "3/2", "0/0", "1/0"])
def test_out_of_range(text: str) -> None:
    """A shard that there is none of is one line with those there are."""
    with pytest.raises(UsageError, match=f"there is no shard {text} "):
        Shard.parse(text)


def test_too_many() -> None:
    """Nobody gets an empty hand."""
    Shard(1, 3).check(3)
    with pytest.raises(UsageError, match=r"too little for 4 shards .* 3 at most"):
        Shard(1, 4).check(3)


def test_name() -> None:
    """A shard is written as it is read."""
    assert str(Shard.parse("2/10")) == "2/10"
