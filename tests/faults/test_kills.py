"""SIGKILL at any moment, of whatever a run consists of; and the run after it.

Each round starts a run, kills a few of its processes at random moments, the controller the last,
and runs once more. `ENVPARITY_FAULTS=long` has enough rounds for some 250 kills.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from envparity.report.jsonl import read_report
from tests.acceptance.conftest import write_scenario
from tests.faults.conftest import LONG, judged_again, processes_of, start, until

ROUNDS = 30 if LONG else 3
KILLS = 9 if LONG else 4

#: What a run consists of, from the inside to the outside.
KINDS = ("step", "builder", "job", "server", "worker", "controller")


def kinds_of(controller: int) -> dict[str, list[int]]:
    """The processes of a run by what they are."""
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    found["controller"].append(controller)
    below = [(child, "controller") for child in children(controller)]
    while below:
        pid, above = below.pop()
        words = command_line(pid)
        if "_sandbox_server" in words:
            kind = "job" if above in {"server", "job"} else "server"
        elif above in {"job", "builder", "step"}:
            kind = "builder" if "build" in words else "step"
        elif above == "controller" and ("xdist" in words or "exec(eval(" in words):
            kind = "worker"
        else:  # a process between fork(2) and execve(2), or one that asks an interpreter
            kind = above
            if kind == "controller":
                continue
        found[kind].append(pid)
        below += [(child, kind) for child in children(pid)]
    return found


def children(pid: int) -> list[int]:
    """The children of *pid*, none if it is no more."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_line(pid: int) -> str:
    """Its arguments in a line."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def kill_one(controller: int, random_: random.Random) -> str | None:
    """Kill a process of a run, but for its controller; its kind, or None when there was none."""
    found = {kind: pids for kind, pids in kinds_of(controller).items() if pids}
    del found["controller"]
    if len(found) > 1 and random_.random() < 0.8:  # what is killed outside takes all inside along
        found.pop("worker", None)
    if not found:
        return None
    kind = random_.choice(sorted(found))
    try:
        os.kill(random_.choice(found[kind]), signal.SIGKILL)
    except ProcessLookupError:
        return None
    return kind


@pytest.fixture(name="unhurried")
def _unhurried(corpus: Path) -> Path:
    """The corpus, with steps that last long enough to be killed in."""
    for name in ("first", "second"):
        write_scenario(
            corpus / "processes" / name,
            """
            summary = "A step takes its time"
            origin = ["PEP 405"]
            steps = ["sleep 0.4; echo done", "$PYTHON -c 'print(1)'"]
            """,
        )
    return corpus


def test_killed_at_any_moment(
    tmp_path: Path, unhurried: Path, newest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run in which something was killed ends, and the next one is whole and right."""
    private = tmp_path / "cache"
    arguments = (f"--corpus={unhurried}", f"--python={newest}", "-n", "2")
    random_ = random.Random(20_231)
    killed: Counter[str] = Counter()
    for round_ in range(ROUNDS):
        if random_.random() < 0.3:
            shutil.rmtree(private, ignore_errors=True)
        with start(private, tmp_path, *arguments) as process:
            deadline = time.monotonic() + 60
            if random_.random() < 0.85:  # most of them after the plan was made
                until(lambda: process.poll() is not None or kinds_of(process.pid)["worker"], 30)
            for _ in range(KILLS):
                kind = None
                while kind is None and process.poll() is None and time.monotonic() < deadline:
                    time.sleep(random_.uniform(0, 0.4))
                    kind = kill_one(process.pid, random_)
                killed.update([kind] if kind else [])
            if random_.random() < 0.6 and process.poll() is None:
                process.kill()
                killed["controller"] += 1
            output, _ = process.communicate(timeout=120)
        # 3 is pytest-xdist's own, whose new worker was killed before it could say a word.
        assert process.returncode in {0, 1, 3, 4, -signal.SIGKILL}, output
        if process.returncode == 0:  # what was killed had done its work, or was of no verdict
            assert not [one for one in read_report(tmp_path / "cut.jsonl").verdicts
                        if one.is_failure]  # fmt: skip
        assert until(lambda: not processes_of(private), 20), processes_of(private)
        again = judged_again(private, tmp_path, *arguments[:-1], "0")
        assert {"parity"} == set(again.values()), round_
        if LONG:
            with capsys.disabled():
                print(f"after round {round_}: {dict(sorted(killed.items()))}", flush=True)
    assert sum(killed.values()) >= (200 if LONG else ROUNDS)
