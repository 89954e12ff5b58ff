"""Known failures are marked, and nothing else passes for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from envparity.corpus import Corpus, data_folder
from envparity.errors import CorpusError, UsageError
from envparity.expectation import (
    Expectations,
    lint_expectations,
    read_expectations,
    series,
)
from envparity.verdict import Outcome, Verdict
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


def test_a_file_is_about_its_kind(folder: Path) -> None:
    """What KIND.toml says is said of that kind alone, whoever else takes part in the run."""
    (folder / "venv.toml").write_text(RULES + '[[expected]]\nscenarios = ["x"]\nreason = "r"\n')
    both = Expectations.read(folder, ["venv", "uv"])
    about = [
        both.entries[0].cells.cover("x/y", name, "3.12.1", "3.12.1")
        for name in ("venv", "venv:system-site", "uv")
    ]
    assert [True, True, False] == about
    shared = differs(TestRules.shared)
    assert both.judge(shared, "3.12.1").expected
    assert not both.judge(evolve(shared, builder="uv"), "3.12.1").expected


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
    assert read_expectations(data / "expectations" / "reference.toml")[0].entries


RULES = """
[[rule]]
scenarios = ["*"]
replace = '\\{base\\}(?=/lib)'
with = "{prefix}"
reason = "the library is shared"

[[rule]]
scenarios = ["venvs"]
builders = ["venv"]
interpreters = ["3.12", "3.1?-debian"]
difference = '^\\+.*looks like a venv'
reason = "it is one"
"""


@pytest.fixture
def rules(tmp_path: Path) -> Expectations:
    """Two rules, and an entry that knows better of one scenario."""
    entry = '[[expected]]\nscenarios = ["venvs/strict"]\ndifference = "other"\nreason = "r"\n'
    (tmp_path / "venv.toml").write_text(RULES + entry)
    return Expectations.read(tmp_path, ["venv"])


def differs(*pairs: tuple[str, str], scenario: str = "venvs/x", **changes: str) -> Verdict:
    """A cell of the builder venv that differs in *pairs* of vanilla and environment, by step."""
    return make_verdict(
        scenario,
        Outcome.DIFFERS,
        differences=tuple(
            make_difference(vanilla=one, environment=two, step=step)
            for step, (one, two) in enumerate(pairs)
        ),
        **{"builder": "venv", **changes},
    )


class TestRules:
    """A rule explains differences, and a cell is expected when none of its differences is left."""

    shared = ("{prefix}/lib/os.py\n", "{base}/lib/os.py\n")
    looks = ("plain\n", "looks like a venv\n")

    @pytest.mark.parametrize(
        ("cell", "expected"),
        [
            (differs(shared), "the library is shared"),
            (differs(shared, scenario="scripts/x"), "the library is shared"),
            (differs(shared, looks), "the library is shared; it is one"),
            (differs((shared[0] + looks[0], shared[1] + looks[1])),
             "the library is shared; it is one"),
            (differs(looks, python="3.11.2-debian"), "it is one"),
        ],
        ids=["put back", "anywhere", "two differences", "two in one", "interpreters"],
    )  # fmt: skip
    def test_expected(self, rules: Expectations, cell: Verdict, expected: str) -> None:
        """What all rules explain between them is expected, for each of their reasons."""
        verdict = rules.judge(cell, "3.12.1")
        assert (expected, Outcome.DIFFERS) == (verdict.expected, verdict.outcome)

    @pytest.mark.parametrize(
        "cell",
        [
            differs(("{prefix}/lib/a {prefix}/bin/b", "{base}/lib/a {base}/bin/b")),
            differs(shared, ("1", "2")),
            differs(looks, scenario="scripts/x"),
            differs(looks, builder="venv:system-site"),
            differs(looks, python="3.13.0"),
            differs(shared, scenario="venvs/strict"),
            make_verdict("venvs/x", Outcome.ERROR, builder="venv", reason="+ looks like a venv"),
        ],
        ids=["half of a line", "one of two", "scenario", "builder", "python", "entry", "error"],
    )
    def test_left_over(self, rules: Expectations, cell: Verdict) -> None:
        """A cell with anything that no rule explains is a failure, whatever else they explain."""
        assert rules.judge(cell, "3.12.1") == cell

    def test_a_step_is_one_event(self, rules: Expectations) -> None:
        """A rule that knows one difference of a step explains what else the step did."""
        exits = make_difference(vanilla="0", environment="1", what="exit status")
        cell = differs(self.looks)
        cell = evolve(cell, differences=(exits, *cell.differences))
        assert rules.judge(cell, "3.12.1").expected == "it is one"
        elsewhere = evolve(cell, differences=(evolve(exits, step=1), *cell.differences[1:]))
        assert rules.judge(elsewhere, "3.12.1") == elsewhere

    def test_parity_is_no_offence(self, rules: Expectations) -> None:
        """A cell that a rule covers may well be at parity."""
        cell = make_verdict("venvs/x", builder="venv")
        assert rules.judge(cell, "3.12.1") == cell

    def test_idle(self, rules: Expectations, tmp_path: Path) -> None:
        """A rule that explained nothing, though all of its cells were run, is named."""
        versions = {"3.12.1": "3.12.1", "3.13.0": "3.13.0"}
        names = ["scripts/x", "venvs/x"]
        run = [
            *(differs(self.shared, scenario="scripts/x", python=python) for python in versions),
            *(make_verdict("venvs/x", builder="venv", python=python) for python in versions),
        ]
        (error,) = rules.idle(run, versions, names)
        assert str(error) == (
            f"{tmp_path}/venv.toml:8: the rule explains nothing that venv makes on 3.12.1 "
            "(take it out, or name its `interpreters`)"
        )
        assert rules.idle(run[:3], versions, [*names, "venvs/y"]) == []
        assert rules.idle([*run[:2], differs(self.looks), run[3]], versions, names) == []

    def test_idle_where_nothing_is_judged(self, rules: Expectations) -> None:
        """On an interpreter that the builder does not serve, no rule has to explain anything."""
        run = [make_verdict("venvs/x", Outcome.UNSUPPORTED, builder="venv", reason="too old")]
        assert rules.idle(run, {"3.12.1": "3.12.1"}, ["venvs/x"]) == []

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (RULES.replace("with = ", "wiht = "), ":5: unknown key `wiht` in `rule[0]`"),
            (RULES.replace("'\\{base", "'(\\{base"), ":4: `replace` is no regular expression"),
            (RULES.replace("'^", "'["), ":12: `difference` is no regular expression"),
            (RULES.replace('with = "{prefix}"', ""), ":2: `replace` and `with` belong together"),
            (RULES + "replace = 'x'\nwith = 'y'", ":8: a rule has either `difference` or `repl"),
            (RULES.replace('reason = "it is one"', ""), ":8: `reason` is missing"),
            (RULES.replace('["venvs"]', '"venvs"'), ":9: `rule[1].scenarios` takes a list"),
            (RULES.replace('["3.12", ', "[3.12, "), ":11: `rule[1].interpreters[0]` takes a str"),
            ("rule = 3", ":1: `rule` takes a list"),
        ],
    )  # fmt: skip
    def test_bad_rules(self, tmp_path: Path, text: str, words: str) -> None:
        """What is wrong with a rule is one line with path and line."""
        (tmp_path / "venv.toml").write_text(text)
        with pytest.raises(CorpusError) as caught:
            Expectations.read(tmp_path, ["venv"])
        assert str(caught.value).startswith(f"{tmp_path}/venv.toml{words}")

    def test_lint(self, tmp_path: Path) -> None:
        """Lint names a rule about scenarios that do not exist."""
        (tmp_path / "venv.toml").write_text(RULES)
        (error,) = lint_expectations(tmp_path, ["scripts/x"])
        assert str(error) == f"{tmp_path}/venv.toml:8: no scenario is called `venvs`"


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("3.12.1", "3.12"),
        ("2.7.18", "2.7"),
        ("3.14.0rc1", "3.14"),
        ("3.13.0t", "3.13t"),
        ("3.11.2-debian", "3.11-debian"),
        ("3.12.1-2", "3.12-2"),
    ],
)
def test_series(label: str, name: str) -> None:
    """An interpreter is called by its label without the patch release, which comes and goes."""
    assert name == series(label)
