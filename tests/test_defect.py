"""Which scenarios notice a reported defect is written down, checked, and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.defect import check_coverage, read_register

SCENARIOS = {"venvs/plain", "scripts/x"}

DEFECTS = """
[[defect]]
id = "A1"
title = "packages | of the environment are lost in a venv"
reported = ["NixOS/nixpkgs#275701", "PEP 405"]
scenarios = ["venvs/plain", "scripts/x"]

[[defect]]
id = "ID-02"
title = "macOS frameworks"
reported = ["https://example.org/1"]
because = "only on macOS"
"""

PAGE = """\
2 defects were reported. 1 are noticed by 2 scenarios;
1 cannot be observed here, for the reason given.

| | defect | reported | scenarios |
| --- | --- | --- | --- |
| A1 | packages \\| of the environment are lost in a venv | [NixOS/nixpkgs#275701](https://github.com/NixOS/nixpkgs/issues/275701), [PEP 405](https://peps.python.org/pep-0405/) | `venvs/plain`, `scripts/x` |
| ID-02 | macOS frameworks | [example.org/1](https://example.org/1) | *none:* only on macOS |
"""  # noqa: E501


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder of documents with two defects in it."""
    (tmp_path / "defects.toml").write_text(DEFECTS)
    return tmp_path


def test_the_page(docs: Path) -> None:
    """The page counts, and has a row for each defect with links and scenarios or a reason."""
    assert check_coverage(docs, SCENARIOS, write=True) == []
    assert (docs / "coverage.md").read_text().endswith("\n\n" + PAGE)
    assert check_coverage(docs, SCENARIOS, write=False) == []


@pytest.mark.parametrize("there", [True, False])
def test_a_stale_page(docs: Path, there: bool) -> None:
    """A page that is missing, or says something else, is named with what makes it anew."""
    if there:
        (docs / "coverage.md").write_text("old")
    (error,) = check_coverage(docs, SCENARIOS, write=False)
    assert str(error) == (
        f"{docs}/coverage.md: not what defects.toml says (`envparity lint --write` makes it anew)"
    )


def test_without_documents(tmp_path: Path) -> None:
    """Where there are no documents, as in the wheel, there is nothing to check."""
    assert check_coverage(tmp_path, SCENARIOS, write=False) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('because = "only on macOS"', "", ":8: either `scenarios` or `because`"),
        ("because", 'scenarios = ["scripts/x"]\nbecause', ":8: either `scenarios` or `because`"),
        ('"venvs/plain"', '"venvs/plian"', ":6: no scenario is called `venvs/plian`"),
        ('id = "ID-02"', 'id = "A1"', ":9: a second defect A1"),
        ("title =", "titel =", ":4: unknown key `titel` in `defect[0]`"),
        ('reported = ["https://example.org/1"]', "", ":8: `reported` is missing"),
        ("[[defect]]", "[[defect", ":2: not TOML"),
    ],
)
def test_bad_lists(docs: Path, old: str, new: str, words: str) -> None:
    """What is wrong in the list is one line with path and line."""
    file = docs / "defects.toml"
    file.write_text(DEFECTS.replace(old, new, 1))
    _, errors = read_register(file, SCENARIOS)
    assert str(errors[0]).startswith(f"{file}{words}")


UNFAILED = """
[[unfailed]]
scenario = "scripts/x"
because = "what it guards against nobody has done yet"
"""


def test_scenarios_that_nothing_fails(docs: Path) -> None:
    """The page lists them with the reason why each is kept."""
    (docs / "defects.toml").write_text(DEFECTS + UNFAILED)
    assert check_coverage(docs, SCENARIOS, {"scripts/x"}, write=True) == []
    page = (docs / "coverage.md").read_text()
    assert "## Scenarios that no builder was seen to fail: 1\n" in page
    assert page.endswith("| `scripts/x` | what it guards against nobody has done yet |\n")


@pytest.mark.parametrize(
    ("unfailed", "old", "new", "words"),
    [
        ({"scripts/x", "venvs/plain"}, "", "", ": no builder was seen to fail `venvs/plain`"),
        (set(), "", "", ":15: `scripts/x` was seen to fail"),
        (None, "scripts/x", "scripts/y", ":15: no scenario is called `scripts/y`"),
        (None, "because", "but", ":16: unknown key `but` in `unfailed[0]`"),
        (None, UNFAILED, UNFAILED + UNFAILED, ":19: a second reason for `scripts/x`"),
    ],
)
def test_bad_reasons(docs: Path, unfailed: set[str] | None, old: str, new: str, words: str) -> None:
    """A reason is wanted for what nothing fails, and for nothing else."""
    file = docs / "defects.toml"
    file.write_text(DEFECTS + UNFAILED.replace(old, new))
    (error, *_) = check_coverage(docs, SCENARIOS, unfailed, write=False)
    assert str(error).startswith(f"{file}{words}")
