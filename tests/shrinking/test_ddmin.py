"""Tests of delta debugging."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from envparity.shrinking.ddmin import minimise


@given(st.lists(st.integers(0, 60), unique=True).flatmap(
    lambda pieces: st.tuples(st.just(pieces), st.sets(st.sampled_from(pieces or [0])))
))  # fmt: skip
def test_what_is_needed_is_kept_and_nothing_else(case: tuple[list[int], set[int]]) -> None:
    """Of pieces that are needed one by one, exactly those stay, in their order."""
    pieces, needed = case
    needed &= set(pieces)
    assert [one for one in pieces if one in needed] == minimise(
        pieces, lambda kept: needed <= set(kept)
    )


@given(st.sets(st.integers(0, 30), min_size=2, max_size=6))
def test_nothing_of_the_result_can_go(wanted: set[int]) -> None:
    """Where any two of some pieces are enough, two are left: the result is 1-minimal."""

    def fails(kept: Sequence[int]) -> bool:
        return len(wanted & set(kept)) >= 2

    kept = minimise(range(31), fails)
    assert fails(kept)
    assert not any(fails(kept[:place] + kept[place + 1 :]) for place in range(len(kept)))


def test_no_pieces() -> None:
    """Nothing is asked about nothing."""
    assert [] == minimise([], lambda kept: 1 / 0 > 0)


def test_one_needed_piece_of_many_takes_few_questions() -> None:
    """The search halves, and does not go through the pieces one by one."""
    asked = []

    def fails(kept: Sequence[int]) -> bool:
        asked.append(kept)
        return 700 in kept

    assert [700] == minimise(range(1000), fails)
    assert len(asked) < 30
