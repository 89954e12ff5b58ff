"""Tests of what makes two failures the same failure."""

from __future__ import annotations

import pytest

from envparity.comparison import Difference
from envparity.shrinking.symptom import difference_shape, shape, symptom_of
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict


def differs(*differences: Difference) -> Verdict:
    """A verdict with *differences*."""
    return make_verdict(outcome=Outcome.DIFFERS, differences=differences)


@pytest.mark.parametrize("outcome", [Outcome.PARITY, Outcome.SKIPPED, Outcome.ERROR])
def test_what_does_not_fail_has_no_symptom(outcome: Outcome) -> None:
    """An error says nothing about parity, and is no symptom either."""
    assert symptom_of(make_verdict(outcome=outcome), (0,)) is None


def test_the_step_has_the_number_it_had_at_first() -> None:
    """What is left of the steps is counted anew, and the symptom is not."""
    found = symptom_of(differs(make_difference(step=1)), (2, 5))
    assert found is not None
    assert 5 == found.step


def test_what_was_printed_last_tells_most_of_a_step_that_dies() -> None:
    """Exit status and error go together; that there is no output then says nothing."""
    trace = 'Traceback (most recent call last):\n  File "a", line {}\nNameError: os\n'
    symptoms = [
        symptom_of(
            differs(
                make_difference("0", "1", what="exit status"),
                make_difference(printed, "", what="stdout"),
                make_difference("", trace.format(line), what="stderr"),
            ),
            (0,),
        )
        for printed, line in (("one", 3), ("two", 17))
    ]
    assert symptoms[0] == symptoms[1]
    assert symptoms[0] is not None
    assert {("exit status", "-0\n+0"), ("stderr", "NameError: os")} == symptoms[0].signs


def test_a_step_that_dies_in_silence_is_known_by_what_it_did_not_print() -> None:
    """Where there is no error message, the channel that differs last counts."""
    found = symptom_of(
        differs(make_difference("0", "1", what="exit status"), make_difference("a", "")), (0,)
    )
    assert found is not None
    assert {"exit status", "stdout"} == {channel for channel, _ in found.signs}


def test_only_the_first_channel_counts_of_a_step_that_lives() -> None:
    """The others follow from it as often as not."""
    found = symptom_of(differs(make_difference(), make_difference(what="file x")), (0,))
    assert found is not None
    assert {("stdout", "-a\n+b")} == found.signs


def test_a_refusal_is_known_by_its_reason() -> None:
    """A refusal has no step."""
    found = symptom_of(make_verdict(outcome=Outcome.REFUSED, reason="no 3 of 4"), (0,))
    assert found is not None
    assert -1 == found.step
    assert {("reason", "no 0 of 0")} == found.signs


def test_a_contract_has_no_numbers() -> None:
    """Nor has it steps."""
    found = symptom_of(differs(make_difference(what="answer")), ())
    assert found is not None
    assert -1 == found.step


def test_lines_that_both_sides_have_do_not_matter() -> None:
    """The shape is that of the first line of each side that the other has not."""
    left = make_difference("x\nprefix /a 1\n", "x\nprefix /b 1\n")
    right = make_difference("y\nz\nprefix /a 22\nmore\n", "y\nz\nprefix /b 22\n")
    assert "-prefix /a 0\n+prefix /b 0" == difference_shape(left) == difference_shape(right)


def test_one_side_alone() -> None:
    """What is only there in the environment is set against nothing."""
    assert "-\n+b" == difference_shape(make_difference("a\n", "a\nb\n"))


def test_addresses_and_digests() -> None:
    """Numbers of any kind are alike."""
    assert shape("<x at 0x7f00aa> 0123456789abcdef") == shape("<x at 0x1234> fedcba9876543210")
    assert shape("deadbeef") != shape("deadbeee")
