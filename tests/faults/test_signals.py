"""Signals: who asks a run to end gets a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from envparity.errors import ReportError
from envparity.interruption import Interrupted, Interruption, interruptible
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


class TestInterruption:
    """What a signal does while a run is under way."""

    def test_once(self) -> None:
        """The first signal raises; a second one does not stop the tidying up."""
        before = signal.getsignal(signal.SIGTERM)
        with interruptible() as interruption:
            with pytest.raises(Interrupted, match="stopped by SIGTERM"):
                signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGHUP)
            assert signal.SIGTERM is interruption.signal
        assert before is signal.getsignal(signal.SIGTERM)

    def test_ignored(self) -> None:
        """A signal that was ignored, as under nohup(1), still is."""
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with interruptible() as interruption:
                signal.raise_signal(signal.SIGHUP)
                assert interruption.signal is None
        finally:
            signal.signal(signal.SIGHUP, before)

    def test_threads(self) -> None:
        """In another thread than the first nothing is changed."""
        before = signal.getsignal(signal.SIGTERM)
        thread = threading.Thread(target=Interruption().watch)
        thread.start()
        thread.join()
        assert before is signal.getsignal(signal.SIGTERM)
