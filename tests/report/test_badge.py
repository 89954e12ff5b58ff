"""Tests of the badge."""

from __future__ import annotations

import json

import pytest

from envparity.report.badge import badge
from envparity.report.jsonl import Report
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_header, make_verdict

PARITY, DIFFERS = make_verdict("a/a"), make_verdict("a/b", Outcome.DIFFERS)
EXPECTED = make_verdict("a/c", Outcome.DIFFERS, expected="known")
SKIPPED = make_verdict("a/d", Outcome.SKIPPED)


@pytest.mark.parametrize(
    ("verdicts", "message", "colour"),
    [
        ([PARITY, SKIPPED], "1 of 1 cells", "brightgreen"),
        ([PARITY, EXPECTED], "1 of 2 cells", "green"),
        ([PARITY, DIFFERS, EXPECTED], "1 of 3 cells", "red"),
        ([SKIPPED], "nothing judged", "lightgrey"),
        ([], "nothing judged", "lightgrey"),
    ],
)
def test_badge(verdicts: list[Verdict], message: str, colour: str) -> None:
    """A badge counts what was judged, and is red where something fails that nobody expects."""
    document = json.loads(badge(Report(make_header(), tuple(verdicts), {})))
    failing = {"isError": True} if colour == "red" else {}
    assert document == {
        "schemaVersion": 1, "label": "parity", "message": message, "color": colour, **failing,
    }  # fmt: skip
