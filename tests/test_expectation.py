"""Known failures are marked, and nothing else passes for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.errors import CorpusError, UsageError
from envparity.expectation import Expectations, lint_expectations, read_expectations
from envparity.plan import Corpus, data_folder
from envparity.verdict import Outcome
from tests.doubles import make_difference, make_verdict

ENTRY = """
# A comment.
[[expected]]
scenarios = ["venvs/*", "identity/real-paths"]
builders = ["reference", "exec:*"]
python = "<3.13"
difference = '^\\+.*base'
reason = "a link can be seen"
reported = ["a/b#1"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the expectations of one kind of builder."""
    (tmp_path / "reference.toml").write_text(ENTRY)
    return tmp_path


@pytest.fixture
def expectations(folder: Path) -> Expectations:
    """The expectations of a run with two kinds of builder."""
    return Expectations.read(folder, ["reference", "reference:copy", "venv"])


def failure(diff: str = "base", scenario: str = "venvs/x", builder: str = "reference") -> object:
    """A cell that differs by one line."""
    return make_verdict(
        scenario, Outcome.DIFFERS, builder=builder, differences=(make_difference(environment=diff),)
    )


def test_an_expected_failure_is_no_failure(expectations: Expectations) -> None:
    """A cell that fails as expected keeps its outcome, has the reason, and leaves a run green."""
    verdict = expectations.judge(failure(), "3.12.1")  # type: ignore[arg-type]
    assert (Outcome.DIFFERS, "a link can be seen", False) == (
        verdict.outcome, verdict.expected, verdict.is_failure,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "version"),
    [
        (failure("other"), "3.12.1"),
        (failure(scenario="scripts/x"), "3.12.1"),
        (failure(builder="reference:copy"), "3.12.1"),
        (failure(), "3.13.0"),
        (make_verdict("venvs/x", Outcome.ERROR, reason="+ base"), "3.12.1"),
    ],
    ids=["another difference", "another scenario", "another builder", "another python", "error"],
)
def test_other_failures_are_failures(
    expectations: Expectations, cell: object, version: str
) -> None:
    """What fails elsewhere or otherwise stays what it was."""
    verdict = expectations.judge(cell, version)  # type: ignore[arg-type]
    assert verdict == cell
    assert verdict.is_failure


def test_a_cell_that_got_better_fails_the_run(expectations: Expectations, folder: Path) -> None:
    """A cell at parity that is expected to fail is an error with the entry's path and line."""
    verdict = expectations.judge(make_verdict("identity/real-paths"), "3.12.1")
    assert Outcome.ERROR is verdict.outcome
    assert verdict.reason.startswith(
        f"{folder}/reference.toml:3: identity/real-paths is expected to fail, and is at parity"
    )


@pytest.mark.parametrize("outcome", [Outcome.SKIPPED, Outcome.UNSUPPORTED])
def test_what_was_not_judged_is_left_alone(expectations: Expectations, outcome: Outcome) -> None:
    """A cell that does not apply is neither expected nor better than expected."""
    cell = make_verdict("identity/real-paths", outcome, reason="is about Python 2")
    assert expectations.judge(cell, "3.12.1") == cell


def test_a_refusal_may_be_expected(tmp_path: Path) -> None:
    """An entry may expect another outcome, found by its reason, from a file of one's own."""
    file = tmp_path / "mine.toml"
    file.write_text(
        '[[expected]]\nscenarios = ["packages"]\noutcome = "refused"\n'
        'difference = "no namespaces"\nreason = "r"\n'
    )
    cell = make_verdict("packages/x", Outcome.REFUSED, builder="exec:./b", reason="no namespaces!")
    assert Expectations.read(file, ["exec:./b"]).judge(cell, "3.12.1").expected == "r"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[expected]]\nreason = 'r'", ":1: `scenarios` is missing"),
        ("[[expected]]\nscenarios = ['x']", ":1: `reason` is missing"),
        (ENTRY + "resaon = 'r'", ":10: unknown key `resaon` in `expected[0]`"),
        (ENTRY.replace("'^", "'("), ":7: `difference` is no regular expression"),
        (ENTRY.replace("<3.13", "old"), ":6: `python` is no version specifier: `old`"),
        (ENTRY + "outcome = 'parity'", ":10: `expected[0].outcome` cannot be `parity`"),
        ("expected = 1", ":1: `expected` takes a list"),
        ("[[expected", ":1: not TOML"),
    ],
)
def test_bad_files(tmp_path: Path, text: str, words: str) -> None:
    """What is wrong in a file is one line with path and line."""
    file = tmp_path / "reference.toml"
    file.write_text(text)
    with pytest.raises(CorpusError) as caught:
        Expectations.read(tmp_path, ["reference"])
    assert str(caught.value).startswith(f"{file}{words}")


def test_no_place(tmp_path: Path) -> None:
    """A place that is not there is a usage error; a kind without a file expects nothing."""
    with pytest.raises(UsageError, match="no expectations are there"):
        Expectations.read(tmp_path / "nowhere", ["reference"])
    assert Expectations.read(tmp_path, ["reference"]).entries == ()


def test_lint(folder: Path) -> None:
    """Lint names an entry about a scenario that does not exist."""
    (error,) = lint_expectations(folder, ["identity/real-paths"])
    assert str(error) == f"{folder}/reference.toml:3: no scenario is called `venvs/*`"


def test_our_own() -> None:
    """The expectations that come with envparity can be read and are about its scenarios."""
    data = data_folder()
    names = [one.id for one in Corpus.read(data / "scenarios", ()).scenarios]
    assert lint_expectations(data / "expectations", names) == []
    assert read_expectations(data / "expectations" / "reference.toml")[0]
