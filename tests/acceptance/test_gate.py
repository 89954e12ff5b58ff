"""The gate, as a person or a job uses it: against a baseline, between reports, in git bisect."""

from __future__ import annotations

import html
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from envparity.report.jsonl import read_report
from envparity.report.products import PRODUCTS
from tests.acceptance.conftest import CHECKOUT, Runner, command, environment

SCENARIO = "identity/link-to-the-executable"
BUG = "bug:argv0-forced"
OTHER = "identity/empty-environment"


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


def test_nothing_changed(envparity: Runner, tmp_path: Path, corpus: Path, newest: str) -> None:
    """Runs of one thing with other workers, in another order, and in shards, are all the same."""
    arguments = (
        f"--corpus={corpus}", "-b", "reference", "-b", "bug:symlink-farm", f"--python={newest}",
    )  # fmt: skip
    reports: list[Path] = []
    for options in (
        ("-n0",), ("-n2", "--shuffle=7"), ("-n0", "--shard=2/2"), ("-n1", "--shard=1/2"),
    ):  # fmt: skip
        ended = envparity(*arguments, *options)
        assert ended.status in {0, 1}, ended.output
        assert ended.header["planned"] == 4
        dealt = re.fullmatch(r"--shard=(\d)/2", options[-1])
        assert ended.header["shard"] == ([int(dealt[1]), 2] if dealt else None)
        reports.append(tmp_path / f"{len(reports)}.jsonl")
        shutil.copy(tmp_path / "report.jsonl", reports[-1])
    whole, shuffled, *shards = reports
    counts = [len(read_report(one).verdicts) for one in reports]
    assert counts == [4, 4, 2, 2]
    merged = tmp_path / "merged.jsonl"
    done = subprocess.run(
        command("report", *map(str, shards), "--output", str(merged)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    for other in (whole, shuffled, merged):
        done = compare(whole, other)
        assert done.returncode == 0, done.stdout
        assert done.stdout.endswith(" unchanged\nnothing got worse\n")
        assert set(re.findall(r"\d ([a-z ]+?)(?:,|$)", done.stdout.splitlines()[-2])) == {
            "still different", "unchanged",
        }  # fmt: skip
    assert any(one.outcome.is_deviation and one.exhibit for one in read_report(merged).verdicts)
    balanced: list[Path] = []
    for part in ("1/2", "2/2"):
        ended = envparity(*arguments, "-n0", f"--shard={part}", f"--durations={whole}")
        assert f"--shard {part} --durations {whole}" in ended.header["commands"][0]
        balanced.append(tmp_path / f"{part[0]}-dealt.jsonl")
        shutil.copy(tmp_path / "report.jsonl", balanced[-1])
    merge = command("report", "--output", str(tmp_path / "dealt.jsonl"))
    subprocess.run([*merge, *map(str, balanced)], check=True)
    assert compare(whole, tmp_path / "dealt.jsonl").returncode == 0
    done = subprocess.run(
        [*merge, str(balanced[0]), str(shards[0])], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (4, "")
    assert f"{shards[0]}:1: a shard dealt without --durations (" in done.stderr
    one = envparity(*arguments, "-n0", "--shard=1/2", f"--baseline={whole}")
    assert one.status == 0, one.output
    assert "nothing got worse" in one.output


def test_products_of_a_run(envparity: Runner, tmp_path: Path, corpus: Path, newest: str) -> None:
    """A run writes what people read of it, and nothing of the kind when it was cut off."""
    places = [tmp_path / name for name in ("page.html", "summary.md", "junit.xml", "badge.json")]
    products = [f"--{name}={at}" for name, at in zip(PRODUCTS, places, strict=True)]
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n0", *products)
    ended = envparity(*arguments)
    assert ended.status == 0, ended.output
    assert places[0].read_text().startswith("<!doctype html>")
    assert places[1].read_text().startswith("## envparity: parity\n")
    assert '<testsuite name="reference on ' in places[2].read_text()
    assert json.loads(places[3].read_text())["message"] == "2 of 2 cells"
    assert ended.header["commands"] == [
        f"envparity run --builder reference --python {newest} --corpus {corpus}"
    ]
    for place in places:
        place.unlink()
    bug = envparity(*arguments, "-b", "bug:symlink-farm", "-x", "--no-evidence")
    assert bug.status == 1
    assert "the run was cut off: nothing is made of its report" in bug.output
    assert not any(place.exists() for place in places)
    assert all("evidence" not in cell for cell in bug.cells)
    bad = envparity(*arguments[:-1], f"--badge={tmp_path}/missing/badge.json")
    assert bad.status == 4
    assert "missing/badge.json: --badge cannot be written there" in bad.output
    odd = envparity(*arguments, "--shard=3/2")
    assert odd.status == 4
    assert "there is no shard 3/2 (--shard takes K/N, part K of N" in odd.output
    foreign = envparity(*arguments, "--shard=1/2", f"--durations={corpus}/nothing.jsonl")
    assert foreign.status == 4
    assert "nothing.jsonl: the report cannot be read: No such file" in foreign.output
    many = envparity(*arguments, "--shard=1/3")
    assert many.status == 4
    assert "too little for 3 shards (with these scenarios and interpreters, 2 at most)" in (
        many.output
    )


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_bisect(envparity: Runner, tmp_path: Path, cache: Path, newest: str) -> None:
    """A merge that breaks a scenario: the gate shuts, the Markdown names the cell, bisect finds it.

    One of the commits before it cannot be run at all, and git passes over it.
    """
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
    judge = (SCENARIO, OTHER, f"--python={newest}", "-n0", f"--builder=exec:{program}")
    git("checkout", "--quiet", commits[0])
    assert envparity(*judge).status == 0
    main = Path(shutil.copy(tmp_path / "report.jsonl", tmp_path / "main.jsonl"))
    git("checkout", "--quiet", commits[-1])
    summary = tmp_path / "summary.md"
    gate = envparity(*judge, f"--baseline={main}", f"--markdown={summary}")
    assert gate.status == 1, gate.output
    cell = f"{SCENARIO}  exec:{program}  {newest}  parity → differs"
    assert f"broken: 1 cell\n  {cell}\n" in gate.output
    text = html.unescape(summary.read_text())
    assert text.startswith("## envparity: 1 cell got worse\n")
    assert f"- <code>{SCENARIO}</code> with <code>exec:{program}</code>" in text
    assert f"on <code>{newest}</code>: broken (parity → differs)" in text
    assert "```diff\n-/cell/work/linked\n+{prefix}/bin/python" in text
    assert OTHER not in text.partition("<sub>")[0]
    again = re.search(r"```sh\n(envparity run .*)\n```", text)
    assert again is not None
    named = shlex.split(again[1])[2:]
    assert envparity(*named, "-n0").status == 1

    git("bisect", "start", commits[-1], commits[0])
    run = command("run", SCENARIO, "--bisect", "-q", "-n0", f"--python={newest}")
    told = git("bisect", "run", *run, f"--builder=exec:{program}")
    assert f"{commits[breaks]} is the first bad commit" in told
    assert "Revision 6" in told
