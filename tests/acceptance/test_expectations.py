"""Known failures of a run: what is expected, what is written down, and what no longer holds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from envparity.interpreter import Interpreter
from tests.acceptance.conftest import Runner

FARM = "bug:symlink-farm"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for expectations."""
    path = tmp_path / "expectations"
    path.mkdir()
    return path


@pytest.fixture
def arguments(corpus: Path, folder: Path, newest: str) -> list[str]:
    """What all runs of these tests have in common."""
    return [f"--corpus={corpus}", f"--python={newest}", f"--expectations={folder}", "-n0"]


def test_a_run_writes_what_the_next_one_expects(
    envparity: Runner, arguments: list[str], folder: Path
) -> None:
    """What --update-expectations writes turns failures into expected ones, until they pass."""
    builders = ["-b", "reference", "-b", FARM]
    assert 1 == envparity(*arguments, *builders).status
    ended = envparity(*arguments, *builders, "--update-expectations")
    assert 0 == ended.status, ended.output
    assert f"{folder}/bug.toml: " in ended.output
    assert "not yet explained: " in (folder / "bug.toml").read_text()
    ended = envparity(*arguments, *builders)
    assert 0 == ended.status, ended.output
    assert {"not yet explained"} == {
        cell["expected"].partition(":")[0] for cell in ended.cells if cell["outcome"] != "parity"
    }
    # The reference does not fail so, which an entry that claims it finds out.
    text = (folder / "bug.toml").read_text().replace(f'builders = ["{FARM}"]\n', "")
    (folder / "reference.toml").write_text("# Kept.\n\n" + text)
    ended = envparity(*arguments, "-b", "reference")
    assert 1 == ended.status
    assert "is expected to fail, and is at parity" in ended.output
    ended = envparity(*arguments, "-b", "reference", "--update-expectations")
    assert 0 == ended.status, ended.output
    text = (folder / "reference.toml").read_text()
    assert text.startswith("# Kept.\n")
    assert "[[expected]]" not in text


def test_a_run_that_was_cut_off_writes_nothing(
    envparity: Runner, arguments: list[str], folder: Path
) -> None:
    """A run that stopped early knows too little, says so, and leaves the file alone."""
    ended = envparity(*arguments, "-b", FARM, "--update-expectations", "-x")
    assert 1 == ended.status, ended.output
    assert "the run was cut off: the expectations are left as they were" in ended.output
    assert list(folder.iterdir()) == []


def test_a_rule_that_explains_nothing_fails_the_run(
    envparity: Runner, arguments: list[str], folder: Path
) -> None:
    """A rule is held to account by a run of all of its scenarios, and by no other."""
    (folder / "reference.toml").write_text(
        '[[rule]]\nscenarios = ["*"]\ndifference = "unheard of"\nreason = "r"\n'
    )
    assert 0 == envparity(*arguments, "scripts/greets").status
    ended = envparity(*arguments)
    assert (1, {"parity": 2}) == (ended.status, ended.outcomes()), ended.output
    assert f"{folder}/reference.toml:1: the rule explains nothing that reference" in ended.output


def test_a_rule_explains(envparity: Runner, arguments: list[str], folder: Path) -> None:
    """What a rule explains is expected, and does not fail the run."""
    (folder / "bug.toml").write_text(
        '[[rule]]\nscenarios = ["*"]\nreason = "it is a farm"\n'
        "difference = '\\{base\\}|No module named'\n"
    )
    ended = envparity(*arguments, "-b", "reference", "-b", FARM)
    assert 0 == ended.status, ended.output
    assert "it is a farm" in {cell["expected"] for cell in ended.cells}


def test_a_bad_rule(envparity: Runner, arguments: list[str], folder: Path) -> None:
    """A rule that cannot be read ends the run before it begins, with path and line."""
    (folder / "reference.toml").write_text('[[rule]]\nscenarios = ["*"]\nreplace = "("\n')
    ended = envparity(*arguments)
    assert 4 == ended.status
    assert f"{folder}/reference.toml:3: `replace` is no regular expression" in ended.output
    assert "Traceback" not in ended.output


def test_an_environment_that_exists(
    envparity: Runner, arguments: list[str], tmp_path: Path, interpreters: list[Interpreter]
) -> None:
    """`prefix:PATH` judges what is there, and skips what would have to be built."""
    venv = tmp_path / "venv"
    python = interpreters[-1].executable
    subprocess.run((python, "-m", "venv", "--without-pip", venv), check=True)
    ended = envparity(*arguments, "-b", f"prefix:{venv}")
    found = {cell["scenario"]: (cell["outcome"], cell["reason"]) for cell in ended.cells}
    assert found["identity/prefixes"] == ("parity", ""), ended.output
    assert found["scripts/greets"] == (
        "skipped", "brings packages, and the environment exists already",
    )  # fmt: skip
