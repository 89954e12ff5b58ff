"""Signals: who asks a run to end gets a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from envparity.errors import ReportError
from envparity.report.jsonl import read_report
from tests.acceptance.conftest import command, environment
from tests.faults.conftest import processes_of, slow_scenario, start, until


@pytest.mark.parametrize(
    ("name", "workers"), [("SIGTERM", "0"), ("SIGTERM", "2"), ("SIGHUP", "0"), ("SIGINT", "2")]
)
def test_a_run_that_is_told_to_end_ends_clean(
    tmp_path: Path, corpus: Path, newest: str, name: str, workers: str
) -> None:
    """It ends with 2, its report says what cut it off, and neither folder nor process is left."""
    slow_scenario(corpus)
    cache = tmp_path / "cache"
    # A shell's background job ignores SIGINT, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup(1) ignores it
    report = tmp_path / "cut.jsonl"
    run = start(cache, tmp_path, f"--corpus={corpus}", f"--python={newest}", "-n", workers)
    with run as process:
        assert until(lambda: report.exists() and len(processes_of(cache)) > 1)
        os.kill(process.pid, signal.Signals[name])
        output, _ = process.communicate(timeout=60)
    assert 2 == process.returncode, output
    assert f"stopped by {name}: what follows is not the whole run" in output
    assert "envparity/" not in output.partition("Traceback")[2]
    assert [] == list((cache / "runs").iterdir())
    assert until(lambda: not processes_of(cache), 10), processes_of(cache)
    with pytest.raises(ReportError, match=f"its run was cut off by {name}"):
        read_report(report)


def test_a_terminal_that_closes_leaves_nothing(tmp_path: Path, corpus: Path, newest: str) -> None:
    """Where nobody reads the account any more the workspace is removed all the same."""
    cache = tmp_path / "cache"
    ended = subprocess.run(
        [*("sh", "-c", '"$@" > /dev/full 2>&1', "sh"),
         *command("run", f"--corpus={corpus}", f"--python={newest}", "-n0")],
        env=environment(cache), cwd=tmp_path, check=False,
    )  # fmt: skip
    assert ended.returncode not in {0, 5}
    assert [] == list((cache / "runs").iterdir())
