"""Tests of the one cell that a command is about."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from envparity.errors import CorpusError, NoFailure, UsageError
from envparity.plan import Settings
from envparity.subject import open_subject
from envparity.verdict import Outcome
from tests.acceptance.conftest import write_scenario

SCENARIO = """
summary = "The interpreter tells its prefix"
origin = ["PEP 405"]
steps = ["$PYTHON -c 'import sys; print(sys.prefix)'"]
"""


@pytest.fixture(scope="module", name="settings")
def _settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A corpus of two scenarios, one of which cannot be read, and a bug that is caught."""
    folder = tmp_path_factory.mktemp("subject")
    write_scenario(folder / "corpus" / "identity" / "prefix", SCENARIO)
    write_scenario(folder / "corpus" / "identity" / "broken", "sumary = 1")
    return Settings(
        builders=("bug:symlink-farm",),
        corpus=folder / "corpus",
        cache=folder / "cache",
    )


def test_a_cell_that_fails(settings: Settings) -> None:
    """Its verdict says what differs; the control is the same cell with the reference."""
    with open_subject("identity/prefix", settings, control=True) as subject:
        assert Outcome.DIFFERS is subject.failure().outcome
        assert "reference" == subject.control.builder.name
        assert Outcome.PARITY is subject.control.judge(subject.workshop).outcome
        workspace = subject.workshop.folder
    assert not workspace.exists()


def test_a_cell_that_does_not_fail(settings: Settings) -> None:
    """It is said how it ended, and the exit status is 1."""
    settings = evolve(settings, builders=("reference",))
    with (
        open_subject("identity/prefix", settings, control=True) as subject,
        pytest.raises(NoFailure, match="does not fail; it ended in parity") as raised,
    ):
        subject.failure()
    assert 1 == raised.value.exit_status


@pytest.mark.parametrize(
    ("scenario", "changes", "words"),
    [
        ("identity", {}, "names 2 scenarios, and a cell has one"),
        ("identity/prefx", {}, "nearest: identity/prefix"),
        ("identity/prefix", {"builders": ("bug:*",)}, "a cell has one builder, not"),
        ("identity/prefix", {"builders": ("bug:symlinkfarm",)}, "nearest: symlink-farm"),
        ("identity/prefix", {"python": "all"}, "a cell has one interpreter, and --python selects"),
        ("identity/prefix", {"python": "3.99"}, "no interpreter matches"),
    ],
)
def test_what_is_not_one_cell(
    settings: Settings, scenario: str, changes: dict[str, Any], words: str
) -> None:
    """A command line that names none or several cells cannot be served."""
    with (
        pytest.raises(UsageError) as raised,
        open_subject(scenario, evolve(settings, **changes)),
    ):
        pass
    assert words in str(raised.value)


def test_a_scenario_that_cannot_be_read(settings: Settings) -> None:
    """It is said where and why."""
    with pytest.raises(CorpusError, match="sumary"), open_subject("identity/broken", settings):
        pass


def test_the_newest_interpreter_unless_one_is_named(settings: Settings) -> None:
    """Nobody has to say --python, and whoever does gets what was named."""
    with open_subject("identity/prefix", settings) as subject:
        found = subject.plan.interpreters
        assert found[-1] == subject.cell.interpreter
    with open_subject("identity/prefix", evolve(settings, python=found[0].label)) as subject:
        assert found[0] == subject.cell.interpreter
