"""No silent green: the ways in which runners were reported to succeed without running.

Each way is tried on a run of plain pytest with the plugin, where other plugins may do what they
like, or of `envparity run`. None may end with 0, and no report may be read as whole.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen

from envparity.cell import Cell
from envparity.corpus import data_folder
from envparity.errors import ReportError, SandboxError
from envparity.interpreter import Interpreter
from envparity.report.jsonl import read_report
from tests.acceptance.conftest import Runner, environment, write_builder, write_scenario
from tests.doubles import make_interpreter, make_outcome, make_scenario, make_workshop


@frozen
class Way:
    """A way to be green without having run: a plugin's text, options, how the run has to end."""

    plugin: str = ""
    options: tuple[str, ...] = ()
    statuses: tuple[int, ...] = (1,)
    words: str = ""
    workers: tuple[str, ...] = ("0", "2")


IN_A_CELL = """
import os, pytest
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    if "greets" in item.name:
        {action}
"""

IN_A_WORKER = """
import os, pytest
if "PYTEST_XDIST_WORKER" in os.environ:
    {action}
"""

WAYS: Mapping[str, Way] = {
    # pytest-dev/pytest#812, pytest-dev/pytest#2239: nothing ran, and whoever takes 5 for 0
    "nothing matches -k": Way(options=("-k", "no_such_cell"), statuses=(5,)),
    "everything is deselected": Way(options=("--deselect", "scenarios"), statuses=(5,)),
    "no marker matches": Way(options=("-m", "not_there"), statuses=(2, 4, 5)),
    # pytest-dev/pytest-xdist#814: workers that crash at their start, with no restart allowed
    "workers do not start": Way(
        IN_A_WORKER.format(action="raise RuntimeError('no worker')"), ("--max-worker-restart=0",),
        (1, 2, 3, 4, 5), workers=("2",),
    ),
    "workers end at their start": Way(
        IN_A_WORKER.format(action="os._exit(0)"), ("--max-worker-restart=0",),
        (1, 2, 3, 4, 5), workers=("2",),
    ),
    # pytest-dev/pytest-xdist#1278: the status of a worker that ends itself is not looked at
    "a worker ends in a cell with 0": Way(
        IN_A_CELL.format(action="os._exit(0)"), words="greets", workers=("2",)
    ),
    "a worker ends in a cell with 1": Way(
        IN_A_CELL.format(action="os._exit(1)"), ("--max-worker-restart=0",),
        statuses=(1, 2), workers=("2",),
    ),
    "a worker is killed": Way(
        IN_A_CELL.format(action="os.kill(os.getpid(), 9)"), words="greets", workers=("2",)
    ),
    # pytest-dev/pytest-xdist#1239: pytest.exit in a worker
    "pytest.exit with 0": Way(
        IN_A_CELL.format(action="pytest.exit('enough', returncode=0)"), statuses=(1, 2, 3)
    ),
    "a plugin that fails": Way(
        "raise RuntimeError('broken plugin')", statuses=(1, 3, 4), workers=("0",)
    ),
    "a plugin that drops cells": Way(
        "def pytest_collection_modifyitems(items):\n    del items[1:]\n",
        words="the plan has 2 cells, and pytest collected 1",
    ),
    "a plugin that drops all cells": Way(
        "def pytest_collection_modifyitems(items):\n    items.clear()\n", statuses=(1, 5)
    ),
    "a plugin that skips cells": Way(
        "import pytest\n"
        "def pytest_collection_modifyitems(items):\n"
        "    items[0].add_marker(pytest.mark.skip)\n",
    ),
    "a plugin that takes cells for run": Way(
        "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_protocol(item):\n"
        "    return 'greets' in item.name or None\n",
        statuses=(1, 2),
    ),
    "a plugin that stops early": Way(
        "def pytest_runtest_logreport(report):\n    pass\n"
        "def pytest_runtest_setup(item):\n    item.session.shouldstop = 'enough'\n",
        statuses=(1, 2), workers=("0",),
    ),
    "only collected": Way(options=("--collect-only",), statuses=(1, 5), workers=("0",)),
}  # fmt: skip


@pytest.mark.parametrize(
    ("way", "workers"), [(name, one) for name, way in WAYS.items() for one in way.workers]
)
def test_not_green(
    tmp_path: Path, corpus: Path, cache: Path, newest: str, way: str, workers: str
) -> None:
    """A run that did not judge what it planned is not green, and its report is not whole."""
    tried = WAYS[way]
    (tmp_path / "meddling.py").write_text(tried.plugin)
    variables = environment(cache)
    for name in [name for name in variables if name.startswith("PYTEST_XDIST")]:
        del variables[name]  # those of the worker that runs this test
    variables["PYTHONPATH"] += f":{tmp_path}"
    report = tmp_path / "report.jsonl"
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "envparity.plugin", "-p", "meddling"),
            *("--noconftest", f"--rootdir={tmp_path}", "--config-file=/dev/null"),
            *(f"--corpus={corpus}", "--builder=reference", f"--python={newest}"),
            *(f"--report={report}", "-n", workers, *tried.options, str(corpus)),
        ],
        env=variables, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    output = ended.stdout + ended.stderr
    assert ended.returncode in tried.statuses, output
    assert tried.words in output
    if ended.returncode in {1, 5} and report.exists() and '"footer"' in report.read_text():
        verdicts = read_report(report).verdicts
        assert not verdicts or any(one.is_failure for one in verdicts), output
    elif report.exists():
        with pytest.raises(ReportError):
            read_report(report)


def test_what_the_caller_set_up_is_left_out(
    envparity: Runner, corpus: Path, newest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options and plugins that a shell exports for pytest (tox-dev/tox#3895) select nothing."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only -k nothing")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n", "2")
    assert (0, {"parity": 2}) == (ended.status, ended.outcomes()), ended.output


def test_nothing_but_skips(envparity: Runner, tmp_path: Path, newest: str) -> None:
    """A run in which every cell was skipped judged nothing, and ends with 5."""
    write_scenario(
        tmp_path / "scenarios" / "identity" / "old",
        'summary = "An old Python says so"\norigin = ["PEP 405"]\npython = "<2"\nsteps = ["true"]',
    )
    ended = envparity(f"--corpus={tmp_path / 'scenarios'}", f"--python={newest}", "-n0")
    assert (5, {"skipped": 1}) == (ended.status, ended.outcomes()), ended.output


def test_an_empty_corpus(envparity: Runner, tmp_path: Path, newest: str) -> None:
    """A corpus without a scenario is not green, with workers or without."""
    (tmp_path / "scenarios").mkdir()
    for workers in ("0", "2"):
        ended = envparity(f"--corpus={tmp_path / 'scenarios'}", f"--python={newest}", "-n", workers)
        assert ended.status in {4, 5}, ended.output
        assert [] == list(ended.cells)


def test_a_baseline_of_something_else(
    envparity: Runner,
    corpus: Path,
    tmp_path: Path,
    interpreters: list[Interpreter],
    newest: str,
) -> None:
    """Against a report that has none of its cells, a run is not taken for no worse."""
    baseline = tmp_path / "baseline.jsonl"
    ended = envparity(f"--corpus={corpus}", f"--python={interpreters[0].label}", "-n0", "-q")
    assert 0 == ended.status, ended.output
    (tmp_path / "report.jsonl").rename(baseline)
    failing = write_builder(tmp_path / "failing", "sys.exit(1)")
    for builder, status in (("reference", 4), (f"exec:{failing}", 1)):
        ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n0", "-b", builder,
                          f"--baseline={baseline}")  # fmt: skip
        assert status == ended.status, ended.output
        assert "the baseline has none of these cells" in ended.output


def test_a_builder_that_declares_nothing_is_judged_anew(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str
) -> None:
    """Without a fingerprint too, a builder that broke since the last run is not at parity."""
    good = f"sys.path.insert(0, {str(data_folder())!r})\n" + (
        "import subprocess\n"
        f"sys.exit(subprocess.run([{sys.executable!r}, '-m', 'reference', 'build', sys.argv[2]],"
        f" cwd={str(data_folder())!r}).returncode)\n"
    )
    builder = write_builder(tmp_path / "builder", good)
    asked = (f"--corpus={corpus}", f"--python={newest}", "-n0", "-b", f"exec:{builder}")
    first = envparity(*asked)
    assert (0, {"parity": 2}) == (first.status, first.outcomes()), first.output
    assert first.header["builders"][0]["fingerprint"] is None
    write_builder(builder, "sys.exit(1)")
    again = envparity(*asked)
    assert (1, {"error": 2}) == (again.status, again.outcomes()), again.output


def test_an_interpreter_that_was_named_is_not_left_out(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str, cache: Path
) -> None:
    """A run on interpreters that were named is not green on those that could be trusted."""
    known = {path.name for path in (cache / "trust").glob("*")}
    script = tmp_path / "sitecustomize.py"
    script.write_text("")
    ended = envparity(f"--corpus={corpus}", f"--python={newest},{tmp_path}/nowhere", "-n0")
    assert 4 == ended.status, ended.output
    assert known == {path.name for path in (cache / "trust").glob("*")}


class TestSteps:
    """As many steps come back as went in."""

    @pytest.mark.parametrize("count", [0, 1])
    def test_lost(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        """A sandbox that answers for fewer steps than it was given is an error."""
        cell = Cell(make_scenario(steps=make_scenario().steps * 2), None, make_interpreter())  # type: ignore[arg-type]
        workshop = make_workshop(tmp_path)
        monkeypatch.setattr(workshop.sandbox, "run", lambda job: [make_outcome("a")] * count)
        monkeypatch.setattr(Cell, "job", lambda *arguments: None)
        with pytest.raises(SandboxError, match=f"{count} of 2 steps came back"):
            cell.run_steps(None, workshop)  # type: ignore[arg-type]

    def test_cut_off(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A time limit cuts a scenario off, and what it did until then counts."""
        cell = Cell(make_scenario(steps=make_scenario().steps * 2), None, make_interpreter())  # type: ignore[arg-type]
        workshop = make_workshop(tmp_path)
        cut = [make_outcome("a", timed_out=True)]
        monkeypatch.setattr(workshop.sandbox, "run", lambda job: cut)
        monkeypatch.setattr(Cell, "job", lambda *arguments: None)
        assert cut == cell.run_steps(None, workshop)  # type: ignore[arg-type]


def test_a_cache_that_lost_a_step(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of what vanilla did, kept somehow, hides no difference in the other half."""
    builder = "bug:symlink-farm"
    asked = (f"--corpus={corpus}", f"--python={newest}", "-n0", "-b", builder)
    private = tmp_path / "private"
    first = envparity(*asked, f"--cache={private}")
    assert "differs" in first.outcomes()
    for path in (private / "outcomes").iterdir():
        path.write_text(json.dumps([]))
    again = envparity(*asked, f"--cache={private}")
    assert first.verdicts == again.verdicts
