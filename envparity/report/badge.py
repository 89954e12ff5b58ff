"""A badge: the JSON that https://shields.io/badges/endpoint-badge turns into an image."""

from __future__ import annotations

import json

from envparity.report.jsonl import Report
from envparity.verdict import Outcome


def badge(report: Report) -> str:
    """The badge of *report*: how many of the cells that were judged are at parity."""
    judged = [one for one in report.verdicts if one.outcome.is_judged]
    good = sum(one.outcome is Outcome.PARITY for one in judged)
    failures = sum(one.is_failure for one in judged)
    if not judged:
        message, colour = "nothing judged", "lightgrey"
    elif good == len(judged):
        message, colour = f"{good} of {good} cells", "brightgreen"
    else:
        message = f"{good} of {len(judged)} cells"
        # What is expected to fail is known; everything else is not.
        colour = "red" if failures else "green"
    document = {"schemaVersion": 1, "label": "parity", "message": message, "color": colour}
    return json.dumps(document | ({"isError": True} if failures else {}), indent=2) + "\n"
