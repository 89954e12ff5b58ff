"""The gate, as a person or a job uses it: against a baseline, between reports, in git bisect."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import CHECKOUT, Runner, command, environment

SCENARIO = "identity/link-to-the-executable"
BUG = "bug:argv0-forced"


def compare(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`envparity compare` with *arguments*."""
    return subprocess.run(
        command("compare", *map(str, arguments)), capture_output=True, text=True, check=False
    )


def test_baseline(envparity: Runner, tmp_path: Path, newest: str) -> None:
    """A failure that was there before lets a run pass; one that was not is named and ends in 1."""
    arguments = (SCENARIO, "--python", newest, "-n0")
    reports = {}
    for builder in ("reference", BUG):
        ended = envparity(*arguments, "-b", builder)
        reports[builder] = tmp_path / f"{builder.partition(':')[0]}.jsonl"
        shutil.copy(tmp_path / "report.jsonl", reports[builder])
        assert ended.status == (builder == BUG)
    good, bad = reports["reference"], reports[BUG]

    again = envparity(*arguments, "-b", BUG, f"--baseline={bad}")
    assert again.status == 0, again.output
    assert "still different: 1 cell" in again.output
    worse = envparity(*arguments, "-b", BUG, f"--baseline={good}")
    assert worse.status == 1, worse.output
    assert f"{SCENARIO}  {BUG}  {newest}  parity → differs" in worse.output
    required = envparity(*arguments, "-b", BUG, f"--baseline={bad}", "--require=identity")
    assert required.status == 1, required.output
    assert f"required, and differs: {SCENARIO}" in required.output
    none = envparity(*arguments, "-b", BUG, f"--baseline={bad}", "--require=venvs")
    assert none.status == 4, none.output
    assert "nothing that 'venvs' requires was judged" in none.output

    for old, new, status, words in (
        (good, bad, 1, "1 cell got worse"),
        (bad, good, 0, "nothing got worse"),
        (good, good, 0, "1 unchanged"),
    ):
        done = compare(old, new)
        assert (done.returncode, words in done.stdout) == (status, True), done.stdout


def test_a_report_that_is_cut_off(envparity: Runner, tmp_path: Path, newest: str) -> None:
    """A baseline that is cut off, and one that is no report, end with 4 and one line."""
    envparity(SCENARIO, "--python", newest, "-n0")
    report = tmp_path / "report.jsonl"
    cut, foreign = tmp_path / "cut.jsonl", tmp_path / "foreign.jsonl"
    cut.write_text("".join(report.read_text().splitlines(keepends=True)[:-1]))
    foreign.write_text(json.dumps({"kind": "cell"}) + "\n")
    for other, line, words in ((cut, 2, "cut off"), (foreign, 1, "no report begins here")):
        for done in (compare(other, cut), compare(other, report)):
            assert (done.returncode, done.stdout) == (4, "")
            assert done.stderr.startswith(f"envparity: {other}:{line}: "), done.stderr
            assert words in done.stderr
        ended = envparity(SCENARIO, f"--baseline={other}")
        assert ended.status == 4, ended.output
        assert f"{other}:{line}: " in ended.output


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_bisect(tmp_path: Path, cache: Path, newest: str) -> None:
    """Command git bisect run finds the commit that broke a scenario, past one that crashes."""
    checkout, breaks, crashes = tmp_path / "builder", 6, 4
    checkout.mkdir()
    variables = environment(cache)
    for name in ("AUTHOR", "COMMITTER"):
        variables |= {f"GIT_{name}_NAME": "A. Builder", f"GIT_{name}_EMAIL": "a@example.org"}
    variables |= {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=checkout, env=variables, capture_output=True, text=True, check=True
        ).stdout

    git("init", "--quiet")
    commits = []
    for number in range(10):
        words = "bugs argv0-forced" if number >= breaks else "reference"
        crash = "import does_not_exist\n" if number == crashes else ""
        program = checkout / "build"
        program.write_text(
            f"#!{sys.executable}\n# revision {number}\n{crash}import runpy, sys\n"
            f"sys.path.insert(0, {str(CHECKOUT)!r})\n"
            f"sys.argv[:1] = {words.split()!r}\n"
            "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)\n"
        )
        program.chmod(0o755)
        git("add", "build")
        git("commit", "--quiet", "-m", f"Revision {number}")
        commits.append(git("rev-parse", "HEAD").strip())
    git("bisect", "start", commits[-1], commits[0])
    run = command("run", SCENARIO, "--bisect", "-q", "-n0", f"--python={newest}")
    told = git("bisect", "run", *run, f"--builder=exec:{program}")
    assert f"{commits[breaks]} is the first bad commit" in told
    assert "Revision 6" in told
