"""Runs in which something breaks: the fixtures of the acceptance tests, and a slow scenario.

`ENVPARITY_FAULTS=long` makes the seeded parts long (docs/trust.md).
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from envparity.report.jsonl import read_report
from tests.acceptance.conftest import (  # noqa: F401  # fixtures
    _cache,
    _corpus,
    _envparity,
    _interpreters,
    _newest,
    command,
    environment,
    write_scenario,
)

#: Whether the long profile was asked for.
LONG = os.environ.get("ENVPARITY_FAULTS") == "long"


@pytest.fixture(name="mounts", autouse=True)
def _mounts() -> Iterator[None]:
    """Whatever happens in a test, nothing is mounted afterwards that was not before."""
    before = Path("/proc/self/mounts").read_text()
    yield
    assert before == Path("/proc/self/mounts").read_text()


def slow_scenario(corpus: Path, seconds: float = 20.0) -> None:
    """Give *corpus* a scenario that takes *seconds*."""
    write_scenario(
        corpus / "processes" / "slow",
        f"""
        summary = "A step takes its time"
        origin = ["PEP 405"]
        steps = ["sleep {seconds}; echo done"]
        """,
    )


def processes_of(cache: Path) -> list[int]:
    """The processes of runs that use *cache*, by their environment: controller, workers, servers.

    What runs in a cell has an environment of its own, and dies with its server.
    """
    marker = f"ENVPARITY_CACHE_DIR={cache}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and marker in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return sorted(found)


def until(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    """Wait until *condition* holds, or for *seconds*; whether it did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return bool(condition())


def start(cache: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `envparity run` with a report in *folder*, in a session of its own."""
    return subprocess.Popen(
        command("run", f"--report={folder / 'cut.jsonl'}", *arguments),
        env=environment(cache), cwd=folder, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def judged_again(cache: Path, folder: Path, *arguments: str) -> dict[str, str]:
    """What a further run says of each cell; it has to be whole and to leave no workspace."""
    report = folder / "again.jsonl"
    report.unlink(missing_ok=True)
    ended = subprocess.run(
        command("run", f"--report={report}", *arguments),
        env=environment(cache), cwd=folder, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip
    assert report.exists(), ended.stdout + ended.stderr
    left = list((cache / "runs").iterdir())
    assert [] == left, ended.stdout + ended.stderr
    return {one.scenario: str(one.outcome) for one in read_report(report).verdicts}
