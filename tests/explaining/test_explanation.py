"""Tests of explanations where there is no reference to compare with."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.explaining.explanation import explain
from envparity.plan import Settings
from envparity.subject import open_subject
from tests.acceptance.conftest import write_scenario

SCENARIO = """
summary = "An installed module is a file and no link"
origin = ["PEP 405"]
steps = ["test -L $SITE/lantern.py && echo link || echo file"]
"""


@pytest.mark.parametrize("builder", ["reference", "bug:drop-headers"])
def test_where_the_reference_differs_itself_it_is_no_control(builder: str, tmp_path: Path) -> None:
    """Whatever differs from vanilla then counts: the module is a link, and so is the cause."""
    folder = write_scenario(tmp_path / "corpus" / "packages" / "linked", SCENARIO)
    module = folder / "packages" / "lantern" / "lib" / "lantern.py"
    module.parent.mkdir(parents=True)
    module.touch()
    settings = Settings(builders=(builder,), corpus=tmp_path / "corpus", cache=tmp_path / "cache")
    with open_subject("packages/linked", settings, control=True) as subject:
        explanation = explain(subject)
    assert not explanation.controlled
    assert explanation.first is not None
    assert "installed files" == explanation.first.name
    assert "lantern.py" in {fact.name for fact in explanation.first.facts if fact.parts}
    assert ("", 0) == (explanation.program, explanation.step)
