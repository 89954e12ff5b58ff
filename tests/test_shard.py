"""Tests of dealing the cells of a run to several machines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.errors import UsageError
from envparity.shard import Shard


@given(st.integers(1, 12), st.integers(0, 60))
def test_everything_once(parts: int, count: int) -> None:
    """Whatever is dealt goes to exactly one shard, and no shard gets two more than another."""
    shards = [Shard.parse(f"{part}/{parts}") for part in range(1, parts + 1)]
    hands = [[number for number in range(count) if shard.has(number)] for shard in shards]
    assert sorted(number for hand in hands for number in hand) == list(range(count))
    assert max(map(len, hands)) - min(map(len, hands)) <= 1


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
