"""What a cell costs beside the processes it cannot do without.

    python benchmarks/cell_cost.py [THEME...] [--python SPEC] [--workers N]

One run of the reference with a warm oracle is measured as its users see it: wall time × cores per
cell. In the same minute the same cells are judged once more in this process, and what their own
processes take is added up: the builder's, and one shell per step, from fork to exit. The quotient
is what the harness adds: namespaces, mounts, comparison, collection, scheduling, idle cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from envparity.cache import default_folder
from envparity.plan import Settings, make_plan, planned
from envparity.report.jsonl import read_report
from envparity.sandbox import Job, Sandbox
from envparity.step import StepOutcome

ROUNDS = 3


class CountingSandbox(Sandbox):
    """A sandbox that adds up what the processes in it took."""

    seconds = 0.0
    processes = 0

    def run(self, job: Job) -> list[StepOutcome]:
        """Run the job, and count."""
        outcomes = super().run(job)
        CountingSandbox.seconds += sum(one.seconds for one in outcomes)
        CountingSandbox.processes += len(outcomes)
        return outcomes


def bare_cost(themes: tuple[str, ...], python: str | None) -> tuple[int, float]:
    """How many cells there are, and the seconds of their processes, one after another."""
    plan, workspace = make_plan(Settings(scenarios=themes, python=python))
    CountingSandbox.seconds = 0.0
    try:
        workshop = plan.workshop("benchmark")
        workshop.sandbox.__class__ = CountingSandbox
        cells = list(planned(plan, plan.corpus()))
        with workshop.sandbox:
            for cell in cells:
                cell.judge(workshop)
    finally:
        workspace.close()
    return len(cells), CountingSandbox.seconds


def whole_run(themes: tuple[str, ...], python: str | None, workers: int) -> float:
    """The seconds of one run, as its user waits for it."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.jsonl")
        command = [sys.executable, "-m", "envparity", "run", "--quiet", "--fresh", *themes]
        command += ["--workers", str(workers), "--report", str(report)]
        if python is not None:
            command += ["--python", python]
        began = time.perf_counter()
        ended = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        seconds = time.perf_counter() - began
        if ended.returncode not in {0, 1}:
            raise SystemExit(f"envparity run ended with {ended.returncode}")
        read_report(report)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("themes", nargs="*", default=["identity", "scripts", "packages"])
    parser.add_argument("--python", default=None, help="as for `envparity run`")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    themes = tuple(options.themes)
    print(f"cache: {default_folder()}; warming the oracle", flush=True)
    whole_run(themes, options.python, options.workers)
    walls, bares = [], []
    for _ in range(ROUNDS):
        walls.append(whole_run(themes, options.python, options.workers))
        cells, bare = bare_cost(themes, options.python)
        bares.append(bare)
    wall, bare = statistics.median(walls), statistics.median(bares)
    paid = wall * options.workers
    print(f"cells                          {cells}")
    print(f"wall time                      {wall:8.2f} s with {options.workers} workers")
    print(f"wall time x workers per cell   {1000 * paid / cells:8.1f} ms")
    print(f"processes alone per cell       {1000 * bare / cells:8.1f} ms")
    print(f"ratio                          {paid / bare:8.2f}")


if __name__ == "__main__":
    main()
