"""The memory of the controller of a large run.

    python benchmarks/controller_memory.py [--cells 20000] [--judged 2000] [--python SPEC]

The corpus is made for it: one step that prints a line, with the reference for the builder. Of the
cells --judged are judged, as cheaply as can be; the rest has `python = ">=9"` and is skipped, which
takes no process and leaves a verdict all the same. All of them are at parity or skipped, so none
has evidence: a run in which thousands of cells differ takes more. A second run recalls what the
first has judged. What is told is the high-water mark of the controller's own resident memory
(`VmHWM`), without its workers.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measuring import find_interpreter, table
from running import variables

from envparity.report.jsonl import read_report

SCENARIO = """\
summary = "A line is printed, number {number}"
origin = ["PEP 405"]
{extra}steps = ["echo {number}"]
"""


def make_corpus(folder: Path, count: int, judged: int) -> None:
    """Write *count* scenarios, all but *judged* of which apply nowhere."""
    for number in range(count):
        place = folder / "identity" / f"line-{number}"
        place.mkdir(parents=True)
        extra = "" if number < judged else 'python = ">=9"\n'
        text = SCENARIO.format(number=number, extra=extra)
        (place / "scenario.toml").write_text(text, encoding="utf-8")


def high_water(command: list[str], environment: dict[str, str]) -> tuple[float, int]:
    """The seconds of *command*, and the most memory (kB) that its first process ever had."""
    began, most = time.perf_counter(), 0
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                most = max(most, int(line.split()[1]))
        time.sleep(0.05)
    _, said = process.communicate()
    if process.returncode not in {0, 1}:
        raise SystemExit(f"{said}\nenvparity run ended with {process.returncode}")
    return time.perf_counter() - began, most


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--judged", type=int, default=2_000)
    parser.add_argument("--python", default="3.8,3.9,3.10,3.11,3.12")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pythons = [find_interpreter(one, folder / "known") for one in options.python.split(",")]
        per = len(pythons)
        make_corpus(folder / "scenarios", options.cells // per, options.judged // per)
        report = folder / "report.jsonl"
        command = [sys.executable, "-m", "envparity", "run", "--quiet", "--builder", "reference"]
        command += ["--corpus", str(folder / "scenarios"), "-n", str(options.workers)]
        command += ["--python", ",".join(one.label for one in pythons), "--report", str(report)]
        for what in ("first", "again"):
            seconds, most = high_water(command, variables(folder / "cache"))
            found = read_report(report).verdicts
            counts = [sum(one.recalled for one in found), sum(not one.spent for one in found)]
            judged = sum(bool(one.spent) and not one.recalled for one in found)
            rows.append((what, str(len(found)), str(judged), *map(str, counts),
                         f"{seconds:.1f} s", f"{most / 1000:.0f} MB"))  # fmt: skip
    head = ("run", "cells", "judged", "recalled", "no process", "wall", "controller, at most")
    print(table(head, rows))


if __name__ == "__main__":
    main()
