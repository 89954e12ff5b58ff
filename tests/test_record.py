"""Tests of what the records of docs/ have in common."""

from __future__ import annotations

import json

from envparity.record import cells_in_json, line_of, plain


def test_cells_have_a_line_each_in_the_order_of_their_names() -> None:
    """A change of one scenario is a change of one line, and the lines are JSON."""
    lines = cells_in_json({"b/two": ("3.12.1",), "a/one[é]": ("2.7.18", "3.12.1")}, "  ")
    assert ['  "a/one[é]": ["2.7.18", "3.12.1"],', '  "b/two": ["3.12.1"]'] == lines
    assert ["a/one[é]", "b/two"] == list(json.loads("{" + "".join(lines) + "}"))


def test_the_line_of_a_name_is_the_first_that_begins_with_it() -> None:
    """Names that only begin alike, or stand elsewhere in a line, are others."""
    lines = ["{", ' "pythons": ["uv"],', ' "uv-two": {', ' "uv": {', ' "uv": {']
    assert 4 == line_of(lines, "uv")
    assert line_of(lines, "gone") is None


def test_the_plain_name_of_a_scenario_has_no_case() -> None:
    """Cases are counted as their scenario."""
    assert ["a/one", "a/one"] == [plain("a/one[case]"), plain("a/one")]
