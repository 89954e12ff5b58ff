"""What a cell costs beside the processes it cannot do without.

    python benchmarks/cell_cost.py [THEME...] [--python SPEC] [--workers N]

The reference is judged with a warm oracle, as its users see it. Wall time × workers is set against
what the report says of the processes under test, builders and steps: the time from their start to
their end, and their processor time. The quotient is what the harness adds: namespaces, mounts,
comparison, collection, scheduling, idle workers. The median round counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from envparity.cache import default_folder
from envparity.report.jsonl import read_report
from envparity.verdict import Outcome, Verdict

ROUNDS = 3


def whole_run(
    themes: Sequence[str], python: str | None, workers: int
) -> tuple[float, list[Verdict]]:
    """The seconds of one run, as its user waits for it, and the cells that it judged."""
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
        verdicts = read_report(report).verdicts
    return seconds, [one for one in verdicts if one.outcome is not Outcome.SKIPPED]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("themes", nargs="*", help="the whole corpus unless given")
    parser.add_argument("--python", default=None, help="as for `envparity run`")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    print(f"cache: {default_folder()}; warming the oracle", flush=True)
    whole_run(options.themes, options.python, options.workers)
    rounds = [
        whole_run(options.themes, options.python, options.workers) for _ in range(options.rounds)
    ]
    wall, verdicts = sorted(rounds, key=lambda one: one[0])[options.rounds // 2]
    elapsed = sum(sum(one.spent.values()) for one in verdicts)
    processor = sum(one.processor for one in verdicts)
    paid, cells = wall * options.workers, len(verdicts)
    print(f"cells                              {cells}")
    print(f"wall time                          {wall:8.2f} s with {options.workers} workers")
    print(f"wall time × workers per cell       {1000 * paid / cells:8.1f} ms")
    for what, seconds in (
        ("builds, steps and vanilla", elapsed), ("their processor time", processor)
    ):  # fmt: skip
        print(f"{what:26}per cell {1000 * seconds / cells:8.1f} ms, ratio {paid / seconds:.2f}")


if __name__ == "__main__":
    main()
