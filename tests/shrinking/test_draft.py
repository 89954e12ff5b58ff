"""Tests of scenarios in pieces."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.lint import lint_scenario
from envparity.scenario import Scenario, load_scenario
from envparity.shrinking.draft import Draft

TOML = """\
summary = "A program prints what it was told"
origin = ["PEP 405"]
python = ">=3.6"
case-file = "packages/greet/bin/greet"
steps = [
  "greet $CASE ${CASE} $CASES",
  { run = "greet\\ngreet $WHEELS later", exit = 2, files = ["*.txt"], timeout = 5 },
]
[environment]
prefix = "space"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    """One case of a scenario with a package, wheels and a working directory."""
    folder = tmp_path / "in" / "scripts" / "heads"
    for name, text in {
        "scenario.toml": TOML,
        "cases/Two_words.py": "#!python\nprint(1)\n",
        "packages/greet/lib/greet.py": "x = 1\n",
        "wheels/later/lib/later.py": "",
        "work/sub/data.txt": "data\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "work" / "sub" / "data.txt").chmod(0o755)
    return load_scenario(folder)[0]


def test_a_draft_is_written_as_the_scenario_it_was(scenario: Scenario, tmp_path: Path) -> None:
    """Steps, files and modes come back, and a case has become a scenario of its own."""
    folder = Draft.of(scenario).write(tmp_path / "out", "Reduced.\nTwice.")
    assert tmp_path / "out" / "scripts" / "heads-two-words" == folder
    assert (folder / "scenario.toml").read_text().startswith("# Reduced.\n# Twice.\nsummary")
    (again,) = load_scenario(folder)
    assert (scenario.summary, scenario.origin, "space") == (
        again.summary, again.origin, again.prefix_shape,
    )  # fmt: skip
    assert "greet Two_words Two_words $CASES" == again.steps[0].run
    assert scenario.steps[1:] == again.steps[1:]
    assert again.case is None
    assert "#!python\nprint(1)\n" == (folder / "packages/greet/bin/greet").read_text()
    assert 0o755 == (folder / "work/sub/data.txt").stat().st_mode & 0o777
    assert 0o644 == (folder / "packages/greet/lib/greet.py").stat().st_mode & 0o777
    assert [] == [error.message for error in lint_scenario(folder) if "$CASES" not in str(error)]


def test_parts_are_packages_wheels_and_the_working_directory(scenario: Scenario) -> None:
    """A part goes as a whole."""
    draft = Draft.of(scenario)
    assert ["packages/greet", "wheels/later", "work"] == draft.parts
    assert ["greet"] == draft.packages
    smaller = draft.with_parts(["work"])
    assert ["work/sub/data.txt"] == list(smaller.files)
    assert [] == smaller.packages


def test_equal_drafts_have_one_identity(scenario: Scenario) -> None:
    """Every change of a step, a file or a line makes another."""
    draft = Draft.of(scenario)
    others = [
        draft.with_parts(["work"]),
        draft.with_step(1, "true"),
        draft.with_text("work/sub/data.txt", b""),
    ]
    assert Draft.of(scenario).identity == draft.identity
    assert 4 == len({draft.identity, *(one.identity for one in others)})
    assert draft.with_step(0, "true").numbers == (0, 1)


def test_a_contract_has_no_steps(tmp_path: Path) -> None:
    """Nor does its draft write any."""
    folder = tmp_path / "contract" / "same"
    folder.mkdir(parents=True)
    text = 'summary = "Two builds are the same"\norigin = ["PEP 405"]\nguarantee = "deterministic"'
    (folder / "scenario.toml").write_text(text)
    draft = Draft.of(load_scenario(folder)[0])
    assert {"summary", "origin", "guarantee"} == set(draft.document())
    assert "same" == draft.name
