"""Tests of verdicts."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.verdict import NOBODY, Outcome, Verdict
from tests.doubles import make_difference, make_verdict


class TestOutcome:
    """How a cell can end."""

    def test_order(self) -> None:
        """Outcomes go from worst to best, failures first."""
        assert [str(one) for one in Outcome] == [
            "error",
            "differs",
            "refused",
            "unsupported",
            "skipped",
            "parity",
        ]
        failures = [one.is_failure for one in Outcome]
        assert failures == sorted(failures, reverse=True)

    @pytest.mark.parametrize("outcome", Outcome)
    def test_failure(self, outcome: Outcome) -> None:
        """A cell in which nobody did anything wrong is no failure."""
        assert outcome.is_failure == (outcome in ("error", "differs", "refused"))


class TestVerdict:
    """A verdict and what it rests on."""

    @pytest.mark.parametrize("outcome", Outcome)
    def test_json(self, outcome: Outcome) -> None:
        """A verdict survives its way through a report's line."""
        differences = (make_difference("a\udcff", "b"), make_difference(what="file x", step=2))
        verdict = make_verdict(
            outcome=outcome, differences=differences, seconds=1.25, processor=1.5
        )
        read = Verdict.from_json(json.loads(json.dumps(verdict.to_json())))
        assert read == verdict
        assert (read.seconds, read.processor) == (1.25, 1.5)

    def test_line(self) -> None:
        """A report's line has what the format says, and how to run the cell again."""
        verdict = make_verdict(
            "venvs/x[a]", Outcome.DIFFERS, seconds=0.123456, spent={"steps": 0.1}
        )
        assert verdict.to_json() == {
            "kind": "cell",
            "scenario": "venvs/x[a]",
            "builder": "reference",
            "python": "3.12.1",
            "outcome": "differs",
            "seconds": 0.1235,
            "spent": {"steps": 0.1},
            "processor": 0.0,
            "reason": "for a reason",
            "differences": [make_difference().to_json()],
            "summary": "A script says hello",
            "origin": ["PEP 405"],
            "expected": "",
            "digest": "",
            "cached": False,
            "rerun": "envparity run 'venvs/x[a]' --builder reference --python 3.12.1",
        }

    @pytest.mark.parametrize("missing", ["scenario", "outcome", "differences", "origin"])
    def test_incomplete(self, missing: str) -> None:
        """A line that lacks a fact is none."""
        line = make_verdict().to_json()
        del line[missing]
        with pytest.raises(KeyError, match=missing):
            Verdict.from_json(line)

    def test_older_line(self) -> None:
        """A line from before processor time was counted is read; one that has words for it not."""
        line = make_verdict().to_json()
        assert Verdict.from_json({**line, "processor": 2}).processor == 2
        with pytest.raises(TypeError, match="`processor` is no number"):
            Verdict.from_json({**line, "processor": "2"})
        del line["processor"]
        assert Verdict.from_json(line).processor == 0

    def test_unknown_outcome(self) -> None:
        """An outcome outside the closed list is none."""
        with pytest.raises(ValueError, match="'fine' is not a valid Outcome"):
            Verdict.from_json({**make_verdict().to_json(), "outcome": "fine"})

    @given(st.text(), st.text().filter(lambda name: name != NOBODY))
    def test_rerun(self, scenario: str, builder: str) -> None:
        """The command runs this cell again, whatever a shell makes of the names."""
        verdict = make_verdict(scenario, builder=builder)
        assert shlex.split(verdict.rerun) == [
            "envparity", "run", scenario, "--builder", builder, "--python", "3.12.1",
        ]  # fmt: skip

    def test_rerun_of_what_was_not_planned(self) -> None:
        """A scenario that cannot be read has no cell to run; lint tells whether it is mended."""
        verdict = make_verdict("scripts/broken", builder=NOBODY)
        assert verdict.rerun == "envparity lint"

    def test_time_is_chance(self) -> None:
        """How long a cell took makes no other verdict."""
        assert make_verdict(seconds=1.0) == make_verdict(seconds=2.0)
