"""What a run saw is put into the file of expectations, and nothing else in it changes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from envparity.errors import CorpusError
from envparity.expectation import Expectations
from envparity.revision import Revision, Run, quoted
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict

VERSIONS = {"3.8.18": "3.8.18", "3.11.2-debian": "3.11.2", "3.12.1": "3.12.1"}
SCENARIOS = ("scripts/a", "scripts/b", "venvs/c")

FILE = """\
# What venv is known to fail.

# Why a fails, at length.
[[expected]]
scenarios = ["scripts/a"]  # only this one
difference = "^\\\\+wrong"
reason = "a is hard"
reported = ["o/r#1"]

# Why both fail.
[[expected]]
scenarios = ["scripts/b", "venvs/c"]
difference = "worse"
reason = "so are they"
# The last word.
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with an entry of one cell, and one of two."""
    path = tmp_path / "venv.toml"
    path.write_text(FILE)
    return path


def fails(scenario: str, shown: str = "wrong\n", python: str = "3.12.1", **changes: Any) -> Verdict:
    """A cell of venv that differs by *shown*."""
    differences = (make_difference(vanilla="right\n", environment=shown),)
    fields = {"builder": "venv", "differences": differences, "reason": "stdout of step 1 differs"}
    return make_verdict(scenario, Outcome.DIFFERS, python=python, **{**fields, **changes})


def passes(scenario: str, python: str = "3.12.1", builder: str = "venv") -> Verdict:
    """A cell at parity."""
    return make_verdict(scenario, builder=builder, python=python)


def revise(file: Path, *verdicts: Verdict) -> str:
    """Revise *file* by a run with *verdicts*; what there is to tell, without the file's name.

    What is written is what a run expects: of these cells, none is a failure any more.
    """
    told = Revision(file, Run(verdicts, VERSIONS, SCENARIOS)).revise()
    builders = {one.builder for one in verdicts}
    expectations = Expectations.read(file, builders)
    judged = [expectations.judge(one, VERSIONS[one.python]) for one in verdicts]
    assert [one for one in judged if one.is_failure] == []
    return told.removeprefix(f"{file}: ")


def test_nothing_to_change(file: Path) -> None:
    """Where all is as expected the file stays as it is, byte for byte."""
    seen = [fails("scripts/a"), fails("scripts/b", "worse"), fails("venvs/c", "worse")]
    assert revise(file, *seen) == "0 added, 0 changed, 0 dropped"
    assert file.read_text() == FILE


def test_what_was_not_run_is_kept(file: Path) -> None:
    """Of cells that were skipped, unsupported or left out nothing is known, and nothing changes."""
    skipped = make_verdict("scripts/a", Outcome.SKIPPED, builder="venv")
    assert revise(file, skipped, fails("scripts/b", "worse")) == "0 added, 0 changed, 0 dropped"
    assert file.read_text() == FILE


def test_a_new_failure(tmp_path: Path) -> None:
    """A failure that nothing explains is written with its difference, where it was seen."""
    file = tmp_path / "venv.toml"
    assert revise(file, fails("scripts/a"), passes("scripts/b")) == "1 added, 0 changed, 0 dropped"
    assert file.read_text() == (
        "# What venv is known to fail, and why (docs/real-builders.md).\n\n"
        '[[expected]]\nscenarios = ["scripts/a"]\ninterpreters = ["3.12"]\n'
        "difference = '^\\+wrong'\n"
        'reason = "not yet explained: stdout of step 1 differs"\n'
    )


def test_nothing_to_write_down(tmp_path: Path) -> None:
    """A builder of which nothing is to be said gets no file."""
    file = tmp_path / "venv.toml"
    told = Revision(file, Run((passes("scripts/a"),), VERSIONS, SCENARIOS)).revise()
    assert told == f"{file}: nothing to write down"
    assert not file.exists()


def test_what_fails_alike_is_one_entry(file: Path) -> None:
    """Scenarios that fail alike, on all interpreters there are, are one entry without a list."""
    file.write_text("")
    seen = [fails(name, python=python) for name in SCENARIOS for python in VERSIONS]
    assert revise(file, *seen) == "1 added, 0 changed, 0 dropped"
    assert "interpreters" not in file.read_text()
    assert 'scenarios = ["scripts/a", "scripts/b", "venvs/c"]' in file.read_text()


def test_some_interpreters(file: Path) -> None:
    """A failure on some interpreters names them, whatever their patch releases are."""
    file.write_text("")
    seen = [fails("scripts/a"), fails("scripts/a", python="3.11.2-debian")]
    revise(file, *seen, passes("scripts/a", "3.8.18"))
    assert 'interpreters = ["3.11-debian", "3.12"]' in file.read_text()
    # The builder does not serve 3.8, so an entry may be about all interpreters.
    file.write_text("")
    unsupported = make_verdict("scripts/a", Outcome.UNSUPPORTED, builder="venv", python="3.8.18")
    revise(file, *seen, unsupported)
    assert "interpreters" not in file.read_text()


def test_what_no_longer_fails_is_dropped(file: Path) -> None:
    """An entry of which no cell fails goes, with its comment; the others and theirs stay."""
    seen = [passes("scripts/a", python) for python in VERSIONS]
    assert revise(file, *seen) == "0 added, 0 changed, 1 dropped"
    first, second = FILE.index("# Why a fails"), FILE.index("# Why both")
    assert file.read_text() == FILE[:first] + FILE[second:]


def test_what_fails_elsewhere_is_narrowed(file: Path) -> None:
    """An entry loses the cells that pass, and keeps its words and what was not run."""
    assert revise(file, passes("scripts/a", "3.8.18")) == "0 added, 1 changed, 0 dropped"
    wanted = FILE.replace(
        'reported = ["o/r#1"]\n', 'reported = ["o/r#1"]\ninterpreters = ["3.11-debian", "3.12"]\n'
    )
    assert file.read_text() == wanted


def test_one_scenario_of_several(file: Path) -> None:
    """An entry about several scenarios loses the one that passes everywhere."""
    seen = [passes("venvs/c", python) for python in VERSIONS]
    assert revise(file, *seen) == "0 added, 1 changed, 0 dropped"
    assert file.read_text() == FILE.replace('["scripts/b", "venvs/c"]', '["scripts/b"]')


def test_a_glob_becomes_names(file: Path) -> None:
    """A pattern of which one scenario passes is written out."""
    file.write_text('[[expected]]\nscenarios = ["scripts"]\ndifference = "wrong"\nreason = "r"\n')
    revise(file, fails("scripts/a"), *(passes("scripts/b", python) for python in VERSIONS))
    assert 'scenarios = ["scripts/a"]' in file.read_text()


def test_what_fails_otherwise(file: Path) -> None:
    """A cell that fails in another way moves to a new entry, since the reason may not hold."""
    told = revise(file, *(fails("scripts/a", "Error: 12.5 of 0xdeadbeef", one) for one in VERSIONS))
    assert told == "1 added, 0 changed, 1 dropped"
    assert r"difference = '^\+Error: [\d.]+ of 0x[0-9a-f]+'" in file.read_text()


def test_two_builders_of_a_kind(file: Path) -> None:
    """What only one variant of a builder fails names the variant."""
    other = {"builder": "venv:system-site"}
    seen = [
        *(fails("scripts/a", python=python) for python in VERSIONS),
        *(fails("scripts/a", python=python, **other) for python in VERSIONS),
        *(fails("scripts/b", "worse", python) for python in VERSIONS),
        *(passes("scripts/b", python, **other) for python in VERSIONS),
    ]  # fmt: skip
    assert revise(file, *seen) == "0 added, 1 changed, 0 dropped"
    text = file.read_text()
    assert text.count("builders = ") == 1
    assert '"scripts/b"]\n' in text
    assert 'builders = ["venv"]' in text
    # Nothing was seen of venvs/c, so its entry is about both still.
    assert text.index('["venvs/c"]') != -1


def test_other_outcomes(file: Path) -> None:
    """A refusal, and a builder that fails, are written with their outcome and reason."""
    file.write_text("")
    refused = make_verdict(
        "scripts/a", Outcome.REFUSED, builder="venv", reason="the builder refused: pip: no x==1.0"
    )
    failed = make_verdict(
        "scripts/b", Outcome.ERROR, builder="venv", reason="builder venv failed: it's over\n"
    )
    assert revise(file, refused, failed) == "2 added, 0 changed, 0 dropped"
    text = file.read_text()
    assert 'outcome = "refused"\n' in text
    assert "difference = 'the builder refused: pip: no x==[\\d.]+'" in text
    assert 'outcome = "error"\n' in text


def test_errors_of_the_harness_are_not_written(file: Path) -> None:
    """What broke in the harness or a scenario says nothing of a builder."""
    broken = make_verdict("scripts/a", Outcome.ERROR, builder="venv", reason="the sandbox broke")
    revision = Revision(file, Run((broken,), VERSIONS, SCENARIOS))
    assert revision.run.unsettled == [broken]
    file.write_text("# nothing\n")
    revision.revise()
    assert file.read_text() == "# nothing\n"


def test_rules_stay(file: Path) -> None:
    """Rules and their comments are left alone, and what they explain gets no entry."""
    rule = '# On purpose.\n[[rule]]\nscenarios = ["*"]\ndifference = "^.wrong"\nreason = "r"\n'
    file.write_text(rule)
    assert revise(file, fails("scripts/a")) == "0 added, 0 changed, 0 dropped"
    assert file.read_text() == rule


def test_a_second_revision_changes_nothing(file: Path) -> None:
    """What was written once is what the next run would write."""
    seen = [
        fails("scripts/a", "it isn't 'right'"), fails("scripts/b", "a\\b\x1b \ttabs"),
        passes("venvs/c"), fails("venvs/c", "", "3.8.18"),
    ]  # fmt: skip
    revise(file, *seen)
    text = file.read_text()
    assert revise(file, *seen) == "0 added, 0 changed, 0 dropped"
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[expected]]\nscenarios = ["a"]', ":1: `reason` is missing"),
        ("[[expected]\n", ":1: not TOML"),
        ('expected = [{scenarios = ["scripts/a"], reason = "r"}]', ":1: cannot be rewritten: entr"),
    ],
)
def test_a_bad_file(file: Path, text: str, words: str) -> None:
    """A file that is wrong, or written in another way, is named with its line, and left alone."""
    file.write_text(text)
    with pytest.raises(CorpusError) as caught:
        revise(file, fails("scripts/a"))
    assert str(caught.value).startswith(f"{file}{words}")
    assert file.read_text() == text


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """Where nothing can be written the error says what would help."""
    with pytest.raises(CorpusError, match=r"cannot be written: .*--expectations names another"):
        revise(tmp_path / "none" / "venv.toml", fails("scripts/a"))


@pytest.mark.parametrize(
    ("shown", "line"),
    [
        ("Traceback (most recent call last):\n  File x\nKeyError: 3\n", "+KeyError: 3"),
        ("first\nin {base}/lib\n", "+in {base}/lib"),
        ("first\nsecond\n", "+first"),
        ("", "-right"),
        ("/tmp/tmpab12cd_9/x: not found", "+/tmp/tmpzz99zz99/x: not found"),
        ("python3.12 and libpython3.12.so.1.0", "+python3.8 and libpython3.8.so.1.0"),
    ],
)
def test_a_pattern_quotes_what_tells_most(shown: str, line: str) -> None:
    """A pattern is the error, or what names the base, or what came first, with other numbers."""
    verdict = fails("scripts/a", shown)
    assert re.search(quoted(verdict), line, re.MULTILINE)
    exits = make_difference(vanilla="0", environment="1", what="exit status")
    assert quoted(evolve(verdict, differences=(exits, *verdict.differences))) == quoted(verdict)
