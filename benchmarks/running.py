"""Runs of `envparity run` as its users start it: how long they take, and what was judged."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envparity.report.jsonl import Report, read_report

ROOT = Path(__file__).parents[1]


@dataclass
class Run:
    """One run: its wall time, the processor time of all its processes, and its report."""

    wall: float
    processor: float
    report: Report

    @property
    def judged(self) -> int:
        """How many cells were judged, and not recalled or skipped without a process."""
        return sum(not one.recalled and bool(one.spent) for one in self.report.verdicts)

    @property
    def under_test(self) -> float:
        """The seconds, from start to end, of the builders, steps and oracles of what was judged."""
        return sum(sum(one.spent.values()) for one in self.report.verdicts if not one.recalled)


def variables(cache: Path) -> dict[str, str]:
    """The environment of a run with a cache of its own."""
    found = {**os.environ, "ENVPARITY_CACHE_DIR": str(cache)}
    found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return found


def timed(command: Sequence[str], environment: Mapping[str, str], good: Sequence[int] = (0,),
          folder: Path | None = None) -> tuple[float, float]:  # fmt: skip
    """The wall and processor seconds of *command*; SystemExit with its last words if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    ended = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode not in good:
        words = "\n".join((ended.stdout + ended.stderr).splitlines()[-20:])
        raise SystemExit(f"{words}\n{command[0]} ended with {ended.returncode}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def envparity(folder: Path, *arguments: str) -> Run:
    """One `envparity run` with the cache in *folder*."""
    report = folder / "report.jsonl"
    command = [sys.executable, "-m", "envparity", "run", "--quiet", "--report", str(report)]
    # Cells that differ are judged as well; what was judged is counted, not whether it is green.
    wall, processor = timed([*command, *arguments], variables(folder / "cache"), good=(0, 1))
    return Run(wall, processor, read_report(report))
