"""Tests of the results: what they are made from, what their page says, what lint finds in it."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from envparity.errors import ReportError, UsageError
from envparity.kills import KillMatrix, write_matrix
from envparity.report.jsonl import Report
from envparity.results import (
    PAGE,
    REAL,
    RECORD,
    Results,
    check_results,
    unfailed,
    write_results,
)
from envparity.verdict import Outcome, Verdict
from tests.commands import parse
from tests.doubles import make_difference, make_verdict

SCENARIOS = ("packages/data", "scripts/heads[one]", "scripts/heads[two]", "scripts/hello")
OLD, NEW = "2.7.18", "3.12.1"

EXPECTATIONS = """\
[[rule]]
scenarios = ["*"]
replace = '\\{base\\}'
with = "{prefix}"
reason = "a venv is *meant* to have a base"
reported = ["PEP 405"]

[[rule]]
scenarios = ["scripts/hello"]
difference = "^-True"
reason = "no user site"

[[expected]]
scenarios = ["packages/data"]
outcome = "refused"
difference = "twice"
reason = "no file twice"
reported = ["pypa/pip#1", "https://example.org/2"]
"""


def cell(
    scenario: str, outcome: Outcome, python: str = NEW, builder: str = "venv", **changes: object
) -> Verdict:
    """The verdict on a builder."""
    return make_verdict(scenario, outcome, builder=builder, python=python, **changes)


def differing(scenario: str, environment: str, python: str = NEW, expected: str = "yes") -> Verdict:
    """A verdict with one difference, on what vanilla says is `{prefix}` and `True`."""
    found = make_difference("{prefix}\nTrue\n", environment)
    return cell(scenario, Outcome.DIFFERS, python, differences=(found,), expected=expected)


def verdicts() -> list[Verdict]:
    """One builder with something of everything, and one at which nothing fails."""
    return [
        cell("packages/data", Outcome.REFUSED, reason="stowed twice", expected="no file twice"),
        cell("packages/data", Outcome.REFUSED, OLD, reason="stowed twice", expected="no"),
        differing("scripts/heads[one]", "{base}\nTrue\n"),
        differing("scripts/heads[one]", "{base}\nTrue\n", OLD),
        differing("scripts/heads[two]", "{prefix}\nFalse\n", expected=""),
        cell("scripts/heads[two]", Outcome.UNSUPPORTED, OLD),
        differing("scripts/hello", "{base}\nFalse\n"),
        cell("scripts/hello", Outcome.SKIPPED, OLD),
        cell("packages/data", Outcome.PARITY, builder="uv"),
        cell("packages/data", Outcome.PARITY, OLD, builder="uv"),
    ]


def report(*cells: Verdict) -> Report:
    """A report that was read."""
    header = {
        "builders": [
            {"asked": "venv", "name": "python -m venv", "version": ""},
            {"asked": "uv", "name": "uv", "version": "0.5"},
        ],
        "interpreters": [{"python": label, "version": label} for label in (OLD, NEW)],
    }
    return Report(header, cells, {})


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    """A folder with the expectations of venv."""
    folder = tmp_path / "expectations"
    folder.mkdir()
    (folder / "venv.toml").write_text(EXPECTATIONS)
    return folder


@pytest.fixture(name="results")
def _results(place: Path) -> Results:
    """The results of `verdicts`."""
    return Results.of(report(*verdicts()), place, SCENARIOS)


def test_cells_are_counted_by_theme_interpreter_and_what_became_of_them(results: Results) -> None:
    """What fails is expected or not; builders stand in the order in which they are listed."""
    assert ["venv", "uv"] == list(results.builders)
    assert (OLD, NEW) == results.pythons
    venv = results.builders["venv"]
    assert {"expected": 5, "unexpected": 1, "unsupported": 1, "skipped": 1} == venv.counts()
    assert {"expected": 2} == venv.counts(theme="packages")
    assert {"expected": 2, "unsupported": 1, "skipped": 1} == venv.counts(python=OLD)
    assert {"scripts/heads[two]": (NEW,)} == venv.unexpected
    assert {"parity": 2} == results.builders["uv"].counts()


def test_findings_are_the_reasons_that_explain_the_failures(results: Results) -> None:
    """Each has its references and all of its cells; the example shows it alone where one does."""
    base, twice, site = results.builders["venv"].findings
    assert ("a venv is *meant* to have a base", ("PEP 405",)) == (base.reason, base.reported)
    assert {"scripts/heads[one]": (OLD, NEW), "scripts/hello": (NEW,)} == base.cells
    assert (3, ("scripts/heads[one]", NEW)) == (base.count, base.example)
    assert ("no file twice", {"packages/data": (OLD, NEW)}) == (twice.reason, twice.cells)
    assert ("no user site", ("scripts/hello", NEW)) == (site.reason, site.example)


def test_a_reason_that_nobody_gives_any_more_is_the_report_s(place: Path) -> None:
    """A cell that was expected, and that no expectation explains now, keeps what it was told."""
    (place / "venv.toml").write_text("")
    found = Results.of(report(differing("scripts/hello", "{base}\n")), place, SCENARIOS)
    (finding,) = found.builders["venv"].findings
    assert ("yes", ()) == (finding.reason, finding.reported)


def test_what_nobody_uses_and_scenarios_that_are_no_more_are_left_out(place: Path) -> None:
    """The results are about tools that people have, and the scenarios there are."""
    cells = [cell("packages/data", Outcome.PARITY, builder=name) for name in ("reference", "bug:x")]
    with pytest.raises(UsageError, match="no cell of a builder that people use"):
        Results.of(report(*cells), place, SCENARIOS)
    more = [cell("packages/gone", Outcome.PARITY), cell("packages/data", Outcome.PARITY)]
    assert ("packages/data",) == Results.of(report(*cells, *more), place, SCENARIOS).scenarios
    assert {"venv", "virtualenv", "uv", "pip-prefix", "stow", "pex"} <= set(REAL)


def test_results_are_read_as_they_were_written(results: Results, tmp_path: Path) -> None:
    """The record holds all there is, and the page can be made from it."""
    write_results(results, tmp_path)
    again = Results.read(tmp_path / RECORD)
    assert results.to_json() == again.to_json()
    assert again.page() == (tmp_path / PAGE).read_text("utf-8")


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "builders": {"a": 1}}'])
def test_a_record_of_another_kind_is_an_error(tmp_path: Path, text: str) -> None:
    """What is no record of results is said to be none, with its path."""
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(ReportError, match="no results of format 1"):
        Results.read(tmp_path / RECORD)
    errors = check_results(tmp_path, SCENARIOS, write=False)
    assert [tmp_path / RECORD] == [error.path for error in errors]


def test_results_that_cannot_be_written_are_an_error(results: Results, tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(UsageError, match="the results cannot be written: No such file"):
        write_results(results, tmp_path / "nowhere")


def test_the_page_says_what_it_was_made_of(results: Results) -> None:
    """Builders, scenarios, interpreters and cells are counted."""
    page = results.page()
    assert "2 builders, 3 scenarios with 4 cases, CPython 2.7.18, 3.12.1:\n10 cells." in page
    assert "| `venv` | python -m venv |  | 5 | 1 | 1 | 1 |" in page
    assert "| `uv` | uv 0.5 | 2 |  |  |  |  |" in page


def test_the_page_has_a_table_of_themes_and_of_interpreters(results: Results) -> None:
    """Parity stands against what was judged; a builder that does not vary stays out."""
    page = results.page()
    assert "| builder | scripts | packages |\n" in page
    assert "| `venv` | 0 / 4 | 0 / 2 |\n| `uv` | – | 2 / 2 |\n" in page
    _, _, rest = page.partition("## Builders × interpreters")
    table = [line for line in rest.splitlines() if line.startswith("| `")]
    assert ["| `venv` | 0 / 2 | 0 / 4 |"] == table


def test_a_builder_that_serves_nothing_is_called_unsupported(place: Path) -> None:
    """Where no cell was judged there is no share of them."""
    cells = (cell("packages/data", Outcome.UNSUPPORTED, OLD), cell("packages/data", Outcome.PARITY))
    page = Results.of(report(*cells), place, SCENARIOS).page()
    assert "| `venv` | unsupported | 1 / 1 |" in page


def test_the_page_tells_each_finding_with_its_references(results: Results) -> None:
    """Where and how often it was seen, and who reported it; its words are not Markdown's."""
    page = results.page()
    assert (
        "- **A venv is \\*meant\\* to have a base**: 3 cells of 2 scenarios. "
        "Reported: [PEP 405](https://peps.python.org/pep-0405/)."
    ) in page
    assert (
        "- **No file twice**: 2 cells. "
        "Reported: [pypa/pip#1](https://github.com/pypa/pip/issues/1); [example.org/2](https://example.org/2)."
    ) in page
    assert "- **No user site**: 1 cell, on 3.12.1.\n" in page
    assert "### `uv`\n\nNothing fails.\n" in page


def test_each_finding_has_a_command_that_shows_it(results: Results) -> None:
    """The command is one that envparity takes, and takes no failure for known."""
    commands = [
        line.strip() for line in results.page().splitlines() if line.startswith("      envparity")
    ]
    assert (
        "envparity run 'scripts/heads[one]' --builder venv --python 3.12.1 --expectations /dev/null"
    ) == commands[0]
    assert 4 == len(commands)
    for line in commands:
        parse(shlex.split(line))


def test_what_is_not_explained_stands_last(results: Results) -> None:
    """An unexpected failure is on the page as such."""
    _, _, rest = results.page().partition("**Not yet explained:**")
    assert "envparity run 'scripts/heads[two]' --builder venv --python 3.12.1" in rest


def test_lint_complains_of_builders_and_scenarios_that_are_gone(
    results: Results, tmp_path: Path
) -> None:
    """The line of the record is named where there is one, and the nearest name."""
    write_results(results, tmp_path)
    text = results.to_json().replace('"uv": {', '"uw": {')
    (tmp_path / RECORD).write_text(text)
    write_results(Results.read(tmp_path / RECORD), tmp_path)
    errors = [str(one) for one in check_results(tmp_path, SCENARIOS[:3], write=False)]
    place = text.splitlines().index('  "uw": {') + 1
    assert f"{RECORD}:{place}: no builder is called `uw` (there are: venv, " in errors[0]
    assert "no scenario is called `scripts/hello`" in errors[1]
    assert 2 == len(errors)


def test_lint_complains_of_a_stale_page_and_makes_it_anew(results: Results, tmp_path: Path) -> None:
    """The page is what the record says, or `--write` makes it so."""
    write_results(results, tmp_path)
    (tmp_path / PAGE).write_text("old")
    errors = check_results(tmp_path, SCENARIOS, write=False)
    assert ["not what results.json says"] == [error.message for error in errors]
    assert [] == check_results(tmp_path, SCENARIOS, write=True)
    assert [] == check_results(tmp_path, SCENARIOS, write=False)


def test_where_there_are_no_results_there_is_nothing_to_check(tmp_path: Path) -> None:
    """The installed corpus comes without documents."""
    assert [] == check_results(tmp_path, SCENARIOS, write=True)
    assert [] == list(tmp_path.iterdir())


def test_what_nothing_fails(tmp_path: Path) -> None:
    """A scenario is left over that neither a bug nor a builder fails."""
    assert unfailed(tmp_path) is None
    bug = [
        cell(name, Outcome.DIFFERS if name == "packages/data" else Outcome.PARITY, builder="bug:x")
        for name in (*SCENARIOS, "scripts/idle")
    ]
    matrix, _ = KillMatrix.of([report(*bug)], ["x"], [*SCENARIOS, "scripts/idle"])
    write_matrix(matrix, tmp_path)
    assert unfailed(tmp_path) == {"scripts/heads", "scripts/hello", "scripts/idle"}
    (tmp_path / "expectations.toml").write_text(EXPECTATIONS)
    write_results(
        Results.of(report(*verdicts()), tmp_path / "expectations.toml", SCENARIOS), tmp_path
    )
    assert unfailed(tmp_path) == {"scripts/idle"}
    (tmp_path / RECORD).write_text("{}")
    assert unfailed(tmp_path) is None
