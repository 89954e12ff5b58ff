"""Tests of the kill matrix: what it is made from, what its page says, what lint finds in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.errors import ReportError, UsageError
from envparity.expectation import Expectations
from envparity.kills import PAGE, RECORD, KillMatrix, check_kills, write_matrix
from envparity.report.jsonl import Report
from envparity.scenario import THEMES
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict

BUGS = ("farm", "drop-data")
SCENARIOS = ("packages/data", "scripts/heads[one]", "scripts/heads[two]", "scripts/hello")
OLD, NEW = "2.7.18", "3.12.1"


def report(*verdicts: Verdict) -> Report:
    """A report that was read."""
    header = {"interpreters": [{"python": label, "version": label} for label in (OLD, NEW)]}
    return Report(header, verdicts, {})


def cell(bug: str, scenario: str, outcome: Outcome, python: str = NEW) -> Verdict:
    """The verdict on a bug."""
    return make_verdict(scenario, outcome, builder=f"bug:{bug}", python=python)


def verdicts() -> list[Verdict]:
    """Two bugs on two interpreters; one bug fails in one cell, the other in some more."""
    failing = {
        ("drop-data", "packages/data", NEW): Outcome.DIFFERS,
        ("farm", "packages/data", OLD): Outcome.DIFFERS,
        ("farm", "packages/data", NEW): Outcome.REFUSED,
        ("farm", "scripts/heads[two]", NEW): Outcome.DIFFERS,
        ("farm", "scripts/hello", OLD): Outcome.SKIPPED,
    }
    return [
        cell(bug, name, failing.get((bug, name, python), Outcome.PARITY), python)
        for bug in BUGS
        for name in SCENARIOS
        for python in (NEW, OLD)
    ]


def matrix() -> KillMatrix:
    """The matrix of `verdicts`."""
    return KillMatrix.of([report(*verdicts())], BUGS, SCENARIOS)[0]


def messages(found: KillMatrix) -> list[str]:
    """What is wrong with *found*."""
    return [message for _, message, _ in found.complaints(BUGS, SCENARIOS)]


def test_a_matrix_has_the_interpreters_on_which_each_scenario_fails_each_bug() -> None:
    """What differs and what is refused counts; interpreters are in the order of their versions."""
    found = matrix()
    assert (OLD, NEW) == found.pythons
    assert SCENARIOS == found.scenarios
    assert {"packages/data": (OLD, NEW), "scripts/heads[two]": (NEW,)} == found.bugs["farm"].kills
    assert {OLD: 3, NEW: 4} == found.bugs["farm"].judged
    assert 3 / 7 == found.bugs["farm"].share
    assert [OLD] == found.bugs["drop-data"].survives
    assert [] == messages(found)


def test_other_builders_and_names_that_are_no_more_are_left_out() -> None:
    """The reference is no bug, and what was removed since is named."""
    found, unknown = KillMatrix.of(
        [
            report(
                make_verdict("packages/data", Outcome.DIFFERS),
                cell("farm", "packages/data", Outcome.DIFFERS),
                cell("gone", "packages/data", Outcome.DIFFERS),
                cell("farm", "packages/gone", Outcome.DIFFERS),
            )
        ],
        BUGS,
        SCENARIOS,
    )
    assert ["farm"] == list(found.bugs)
    assert ["gone", "packages/gone"] == unknown


def test_what_the_reference_fails_as_well_counts_for_no_bug(tmp_path: Path) -> None:
    """A cell that fails as the reference's is expected to is passed over, and is no idle one."""
    (tmp_path / "reference.toml").write_text(
        """
        [[expected]]
        scenarios = ["packages/data", "scripts/hello"]
        difference = "base"
        reason = "a link can be seen"
        """
    )
    base, other = make_difference("{prefix}", "{base}"), make_difference("{prefix}", "nothing")
    found, _ = KillMatrix.of(
        [
            report(
                make_verdict("packages/data", Outcome.DIFFERS, builder="bug:farm", python=NEW,
                             differences=(base,)),
                make_verdict("packages/data", Outcome.DIFFERS, builder="bug:farm", python=OLD,
                             differences=(other,)),
                make_verdict("scripts/hello", Outcome.DIFFERS, builder="bug:farm", python=NEW,
                             differences=(base,)),
            )
        ],
        BUGS,
        SCENARIOS,
        Expectations.read(tmp_path, ["reference"]),
    )  # fmt: skip
    assert {"packages/data": (OLD,)} == found.bugs["farm"].kills
    assert {OLD: 1} == found.bugs["farm"].judged
    assert ("packages/data", "scripts/hello") == found.shared
    assert [] == found.idle
    assert "no bug:\n`packages/data`, `scripts/hello`.\n" in found.page()
    assert f"| {OLD} | 1 | 1 | 1 |\n" in found.page()
    write_matrix(found, tmp_path)
    assert found == KillMatrix.read(tmp_path / RECORD)


def test_the_later_report_counts() -> None:
    """A cell that was judged again is what it was the last time."""
    first = report(*verdicts())
    second = report(cell("drop-data", "packages/data", Outcome.PARITY))
    found, _ = KillMatrix.of([first, second], BUGS, SCENARIOS)
    assert {} == found.bugs["drop-data"].kills
    assert ["nothing notices the bug `drop-data`"] == messages(found)


def test_reports_without_bugs_make_no_matrix() -> None:
    """The user is told which run makes a report of bugs."""
    with pytest.raises(UsageError, match="no cell of a bug is in these reports"):
        KillMatrix.of([report(make_verdict())], BUGS, SCENARIOS)


def test_a_matrix_is_read_as_it_was_written(tmp_path: Path) -> None:
    """The record holds all there is, and the page can be made from it."""
    write_matrix(matrix(), tmp_path)
    again = KillMatrix.read(tmp_path / RECORD)
    assert matrix() == again
    assert again.page() == (tmp_path / PAGE).read_text("utf-8")


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "bugs": {"a": 1}}'])
def test_a_record_of_another_kind_is_an_error(tmp_path: Path, text: str) -> None:
    """What is no matrix is said to be none, with its path."""
    (tmp_path / RECORD).write_text(text)
    with pytest.raises(ReportError, match="no kill matrix of format 1"):
        KillMatrix.read(tmp_path / RECORD)
    errors = check_kills(tmp_path, BUGS, SCENARIOS, write=False)
    assert [tmp_path / RECORD] == [error.path for error in errors]


def test_a_matrix_that_cannot_be_written_is_a_usage_error(tmp_path: Path) -> None:
    """A folder that is not there is named."""
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write_matrix(matrix(), tmp_path / "nowhere")


def test_the_page_counts_scenarios_by_theme_and_names_the_most_telling() -> None:
    """Cases count as their scenario; what the fewest bugs fail tells most."""
    rows = [line for line in matrix().page().splitlines() if line.startswith("| [")]
    farm, drop = ([word.strip() for word in row.split("|")[1:-1]] for row in reversed(rows))
    assert ["[farm](../bugs/farm.py)", "2", "43%", "–"] == farm[:4]
    assert "`scripts/heads`, `packages/data`" == farm[4]
    kills = {"scripts": "1", "packages": "1"}
    assert [kills.get(theme, "") for theme in THEMES] == farm[5:]
    assert ["[drop-data](../bugs/drop_data.py)", "1", "12%", OLD] == drop[:4]


def test_the_page_names_the_bugs_of_each_scenario_and_the_idle_scenarios() -> None:
    """The second table goes from scenarios to bugs, and the third part lists the rest."""
    page = matrix().page()
    assert "| `packages/data` | 2 | drop-data, farm |" in page
    assert "| `scripts/heads` | 1 | farm |" in page
    assert page.endswith("## Scenarios that no bug fails: 1\n\n- `scripts/hello`\n")


def test_lint_complains_of_bugs_and_scenarios_that_are_gone_or_missing(tmp_path: Path) -> None:
    """The line of the record is named where there is one, and the nearest name."""
    write_matrix(matrix(), tmp_path)
    errors = check_kills(
        tmp_path, ("farms", "drop-data"), (*SCENARIOS[:3], "scripts/new"), write=False
    )
    text = [str(error) for error in errors]
    lines = (tmp_path / RECORD).read_text().splitlines()
    place = lines.index('  "farm": {') + 1
    assert f"{RECORD}:{place}: no bug is called `farm` (did you mean `farms`?)" in text[0]
    assert "no scenario is called `scripts/hello`" in text[1]
    assert "the bug `farms` is missing" in text[2]
    assert "the scenario `scripts/new` is missing" in text[3]
    assert 4 == len(text)


def test_lint_complains_of_a_bug_that_fails_nearly_everywhere() -> None:
    """Such a bug shows nothing about any scenario."""
    found, _ = KillMatrix.of(
        [report(*(cell(bug, name, Outcome.DIFFERS) for bug in BUGS for name in SCENARIOS))],
        BUGS,
        SCENARIOS,
    )
    assert "the bug `farm` is too blunt: it fails 100% of its cells" in messages(found)


def test_lint_complains_of_cells_in_error() -> None:
    """A crash of the harness or of the bug is not a kill."""
    found, _ = KillMatrix.of(
        [report(*verdicts(), cell("farm", "scripts/hello", Outcome.ERROR))], BUGS, SCENARIOS
    )
    assert ["the bug `farm` ended `scripts/hello` in error"] == messages(found)
    assert (NEW,) == found.bugs["farm"].errors["scripts/hello"]


def test_lint_complains_of_a_stale_page_and_makes_it_anew(tmp_path: Path) -> None:
    """The page is what the record says, or `--write` makes it so."""
    write_matrix(matrix(), tmp_path)
    (tmp_path / PAGE).write_text("old")
    errors = check_kills(tmp_path, BUGS, SCENARIOS, write=False)
    assert ["not what kill-matrix.json says"] == [error.message for error in errors]
    assert [] == check_kills(tmp_path, BUGS, SCENARIOS, write=True)
    assert [] == check_kills(tmp_path, BUGS, SCENARIOS, write=False)


def test_where_there_is_no_matrix_there_is_nothing_to_check(tmp_path: Path) -> None:
    """The installed corpus comes without documents."""
    assert [] == check_kills(tmp_path, BUGS, SCENARIOS, write=True)
    assert [] == list(tmp_path.iterdir())
