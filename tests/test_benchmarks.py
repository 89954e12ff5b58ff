"""Tests of what the benchmarks calculate, and of the command that runs them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from envparity.report.jsonl import ReportWriter
from envparity.verdict import Outcome
from tests.doubles import make_header, make_verdict

FOLDER = Path(__file__).parents[1] / "benchmarks"


def run(*words: object) -> subprocess.CompletedProcess[str]:
    """Run a program of the benchmarks."""
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, cwd=FOLDER.parent, capture_output=True, text=True, check=False)


def test_every_program_is_named() -> None:
    """The command that prints the tables says of every program whether it is one of them."""
    ended = run("-m", "benchmarks", "--list")
    assert ended.returncode == 0, ended.stderr
    shared = {"__main__", "measuring", "running", "mutating", "wheels"}
    for path in FOLDER.glob("*.py"):
        named = f"== {path.stem}: " in ended.stdout or f"benchmarks/{path.name} " in ended.stdout
        assert named != (path.stem in shared), path.stem


def test_no_such_table() -> None:
    """A table that there is none of is told, with those there are."""
    ended = run("-m", "benchmarks", "nothing")
    assert ended.returncode == 2
    assert "no table of its own: nothing (there are start_up, " in ended.stderr


def test_sizes(tmp_path: Path) -> None:
    """Minutes come from the mean of the judged cells, and are never less than the dearest takes."""
    spent = {"steps": 1.0}
    cells = [
        make_verdict("scripts/a", seconds=1.0, spent=spent),
        make_verdict("scripts/b", seconds=5.0, spent=spent),
        make_verdict("scripts/c", seconds=99.0, spent=spent, recalled=True),
        make_verdict("scripts/d", Outcome.SKIPPED),
    ]
    report = tmp_path / "a.jsonl"
    writer = ReportWriter(report, make_header())
    writer.add(*cells)
    writer.finish(len(cells), complete=True)
    sizing = FOLDER / "sizing.py"
    ended = run(sizing, report, "--cells", 1200, 6, "--cores", 2, 60, "--efficiency", "0.5")
    assert ended.returncode == 0, ended.stderr
    about, _, _, *rows = ended.stdout.splitlines()
    assert about == "calculated: 3.000 s a cell, 5.0 s the dearest, efficiency 0.50"
    # 1,200 cells of 3 s on 2 cores, half of which wait: 3,600 s; 6 cells on 60 take the dearest's.
    assert [row.split() for row in rows] == [["1,200", "60.0", "2.0"], ["6", "0.3", "0.1"]]
    nothing = tmp_path / "b.jsonl"
    writer = ReportWriter(nothing, make_header())
    writer.add(cells[3])
    writer.finish(1, complete=True)
    ended = run(sizing, nothing)
    assert ended.returncode == 1
    assert ended.stderr == f"{nothing}: no cell was judged: run it with --fresh\n"
