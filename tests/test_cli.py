"""Tests of the command line, but for `run`, which has its own in tests/acceptance."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from envparity import __version__
from envparity.cli import main
from envparity.errors import InterpreterError
from envparity.report.jsonl import ReportWriter
from envparity.verdict import Outcome
from tests.commands import parse
from tests.doubles import make_debian, make_interpreter, make_verdict

SCENARIO = """\
summary = "A program finds the module it was installed with"
origin = ["NixOS/nixpkgs#301444", "PEP 405"]
python = ">=3.6"
needs = ["bash"]
steps = ["greet one", { run = "greet", exit = 3 }]
[environment]
prefix = "space"
"""

CONTRACT = """\
summary = "Two builds of one request are the same bytes"
origin = ["NixOS/nixpkgs#301444"]
guarantee = "deterministic"
"""

REFUSAL = """\
summary = "A collision of two packages is refused"
origin = ["NixOS/nixpkgs#301444"]
refuses = "collision"
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus with a scenario of steps and two of the contract."""
    root = tmp_path / "corpus"
    for name, text in {
        "scripts/greets": SCENARIO,
        "contract/same-bytes": CONTRACT,
        "contract/collides": REFUSAL,
    }.items():
        (root / name).mkdir(parents=True)
        (root / name / "scenario.toml").write_text(text)
    package = root / "scripts" / "greets" / "packages" / "greeter" / "lib"
    package.mkdir(parents=True)
    (package / "greet.py").write_text("")
    return root


def run(*arguments: object) -> Result:
    """Run the command line."""
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_help_names_every_command() -> None:
    """`--help` says what the program is for and what it can do."""
    result = run("--help")
    assert 0 == result.exit_code
    for words in (
        "vanilla",
        "run",
        "list",
        "show",
        "interpreters",
        "lint",
        "shrink",
        "explain",
        "smoke",
    ):
        assert words in result.output


def test_help_is_whole() -> None:
    """What each command is for fits its line, and the first steps are commands that there are."""
    output = run("--help").output
    assert "..." not in output.partition("Commands:")[2]
    steps = [line for line in output.splitlines() if line.startswith("    envparity ")]
    assert len(steps) == 3
    for line in steps:
        parse(shlex.split(line))


def test_help_of_run_has_the_exit_statuses() -> None:
    """What a script has to know about `run` stands in its help."""
    output = run("run", "--help").output
    assert "parity in every cell that applies" in output
    assert "nothing was judged" in output
    assert "exec:PROGRAM" in output


def test_version() -> None:
    """`--version` is the package's."""
    assert f"envparity, version {__version__}\n" == run("--version").output


def test_unknown_command() -> None:
    """A word that is no command ends with 4, as every usage error does."""
    result = run("rum")
    assert 4 == result.exit_code
    assert "No such command 'rum'" in result.output


def test_workers() -> None:
    """A number of workers that is none is a usage error."""
    result = run("run", "--workers", "many")
    assert 4 == result.exit_code
    assert "--workers takes a number or auto, not 'many'" in result.output


def test_list(corpus: Path) -> None:
    """Each scenario is a line with its summary; patterns select."""
    result = run("list", "--corpus", corpus)
    assert 0 == result.exit_code
    assert 3 == len(result.output.splitlines())
    assert "scripts/greets" in result.output
    only = run("list", "--corpus", corpus, "contract")
    assert 2 == len(only.output.splitlines())


def test_show(corpus: Path) -> None:
    """A scenario is shown with where it comes from, its steps and its files."""
    output = run("show", "--corpus", corpus, "scripts/greets").output
    for words in (
        "A program finds the module",
        "https://github.com/NixOS/nixpkgs/issues/301444",
        "https://peps.python.org/pep-0405/",
        "python: >=3.6",
        "needs: bash",
        "prefix: space",
        "1. greet one\n",
        "2. greet   (exits with 3)",
        "packages/greeter/lib/greet.py",
    ):
        assert words in output


def test_show_contract(corpus: Path) -> None:
    """Scenarios without steps say what a builder has to do."""
    output = run("show", "--corpus", corpus, "contract").output
    assert "a builder refuses: collision" in output
    assert "a builder guarantees: deterministic" in output


def test_show_unknown(corpus: Path) -> None:
    """An unknown name is told with the nearest ones, in one line, and ends with 4."""
    result = run("show", "--corpus", corpus, "scripts/greetz")
    assert 4 == result.exit_code
    assert (
        "envparity: no scenario is called 'scripts/greetz' (nearest: scripts/greets)\n"
        == result.output
    )


def test_show_unknown_theme(corpus: Path) -> None:
    """A name without a slash may have been meant for a theme."""
    assert "(nearest: contract" in run("show", "--corpus", corpus, "contrakt").output


def test_no_corpus(tmp_path: Path) -> None:
    """A folder that is not there is no corpus."""
    result = run("list", "--corpus", tmp_path / "missing")
    assert (4, f"envparity: there is no corpus at {tmp_path / 'missing'}\n") == (
        result.exit_code,
        result.output,
    )


def test_lint(corpus: Path) -> None:
    """A corpus in order is said to be; each error of another is a line, and the end is 1."""
    result = run("lint", corpus)
    assert 0 == result.exit_code, result.output
    assert "3 scenarios, nothing to complain about\n" == result.output
    file = corpus / "scripts" / "greets" / "scenario.toml"
    file.write_text(SCENARIO.replace("summary", "sumary"))
    result = run("lint", corpus)
    assert 1 == result.exit_code
    assert f"{file}:1: " in result.output
    assert "did you mean `summary`?" in result.output


def test_interpreters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was found is a table, and what could not be used a line each."""
    problem = InterpreterError("does not start", path=Path("/opt/broken/bin/python3"))
    found = [make_interpreter("3.12.1"), make_debian()]
    monkeypatch.setattr("envparity.cli.discover", lambda *, cache_dir: (found, [problem]))
    result = run("interpreters", "--cache", tmp_path)
    assert 0 == result.exit_code
    assert "shared libpython" in result.output
    assert "3.11.2-debian" in result.output
    assert "left out: /opt/broken/bin/python3: does not start" in result.output


def test_no_interpreters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is nothing to judge with, the end is 5."""
    monkeypatch.setattr("envparity.cli.discover", lambda *, cache_dir: ([], []))
    assert 5 == run("interpreters", "--cache", tmp_path).exit_code


def test_usage_errors_are_pytests() -> None:
    """The usage errors of click and of pytest have one exit status."""
    assert pytest.ExitCode.USAGE_ERROR == click.UsageError.exit_code


def test_kills_takes_reports_of_bugs(corpus: Path, tmp_path: Path) -> None:
    """What is no report, or one without bugs, ends with 4."""
    report = tmp_path / "report.jsonl"
    report.write_text("{}\n")
    result = run("kills", report, "--corpus", corpus)
    assert 4 == result.exit_code
    assert "report.jsonl:1: not a line of a report" in result.output
    writer = ReportWriter(report, {"kind": "header", "format": 1})
    writer.add(make_verdict("scripts/greets"))
    writer.finish(1, complete=True)
    result = run("kills", report, "--corpus", corpus)
    assert 4 == result.exit_code
    assert "no cell of a bug is in these reports" in result.output


def test_kills_names_what_it_leaves_out(corpus: Path, tmp_path: Path) -> None:
    """A bug that is there no more is not in the matrix."""
    writer = ReportWriter(tmp_path / "report.jsonl", {"kind": "header", "format": 1})
    for bug in ("symlink-farm", "gone"):
        writer.add(make_verdict("scripts/greets", Outcome.DIFFERS, builder=f"bug:{bug}"))
    writer.add(make_verdict("scripts/greets", builder="bug:symlink-farm", python="2.7.18"))
    writer.finish(3, complete=True)
    result = run("kills", tmp_path / "report.jsonl", "--corpus", corpus, "--output", tmp_path)
    assert 0 == result.exit_code
    assert "left out, since nothing has this name any more: gone\n" in result.output
    assert "nothing notices the bug `symlink-farm` on 2.7.18\n" in result.output
    assert "1 of 1 bugs are noticed\n" in result.output
    assert "symlink-farm" in (tmp_path / "kill-matrix.md").read_text()


def test_results_takes_whole_reports_of_real_builders(corpus: Path, tmp_path: Path) -> None:
    """A shard without the others, or a report that was cut off, ends with 4."""
    report = tmp_path / "report.jsonl"

    def told(**header: object) -> Result:
        writer = ReportWriter(report, {"kind": "header", "format": 1, **header})
        writer.add(make_verdict("scripts/greets", Outcome.DIFFERS, builder="uv"))
        writer.finish(1, complete=True)
        return run("results", report, "--corpus", corpus, "--output", tmp_path)

    result = told(shard=[1, 2])
    assert 4 == result.exit_code
    assert "shard 2/2 is missing" in result.output
    result = told()
    assert 0 == result.exit_code
    assert "uv: 1 not explained\n1 cell of uv\n" in result.output
    assert "scripts/greets" in (tmp_path / "results.md").read_text()
    lines = report.read_text().splitlines(keepends=True)
    report.write_text("".join(lines[:-1]))
    result = run("results", report, "--corpus", corpus, "--output", tmp_path)
    assert 4 == result.exit_code
    assert "the report has no footer: its run was cut off" in result.output
