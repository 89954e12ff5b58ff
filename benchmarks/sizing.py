"""How many minutes how many cells take on how many cores: by calculation, from measured figures.

    python benchmarks/sizing.py REPORT.jsonl [--cells N...] [--cores N...] [--efficiency E]
    python benchmarks/sizing.py --seconds 0.35 [...]

The seconds of a cell are the mean over the cells that REPORT's run judged (what it recalled or
skipped is left out), on the machine and with the number of workers that it had: a report of as
many workers as cores is the one to take. --efficiency is the share of workers × wall that cells
had, from the last lines of `run --profile` (1 - waiting ÷ all); without it there is no waiting.
However many cores there are, a run takes no less than the dearest cell of the report.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from measuring import table

from envparity.report.jsonl import Report, read_report

CELLS = (1_000, 10_000, 50_000, 100_000)
CORES = (2, 8, 32, 128, 512)


def costs(report: Report) -> tuple[float, float]:
    """The seconds of the mean and of the dearest of the cells that were judged."""
    found = [one.seconds for one in report.verdicts if one.spent and not one.recalled]
    if not found:
        raise SystemExit(f"{report.path}: no cell was judged: run it with --fresh")
    return sum(found) / len(found), max(found)


def minutes(cells: int, cores: int, each: float, dearest: float, efficiency: float) -> float:
    """The minutes of *cells* that take *each* seconds, spread over *cores*."""
    return max(cells * each / cores / efficiency, dearest) / 60


def sizes(
    cells: Sequence[int], cores: Sequence[int], each: float, dearest: float, efficiency: float
) -> list[tuple[str, ...]]:
    """A row for each number of cells, a column for each number of cores."""
    return [
        (f"{count:,}", *(f"{minutes(count, n, each, dearest, efficiency):.1f}" for n in cores))
        for count in cells
    ]


def main() -> None:
    """Calculate and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("report", type=Path, nargs="?")
    source.add_argument("--seconds", type=float, help="of one cell")
    parser.add_argument("--cells", type=int, nargs="+", default=CELLS)
    parser.add_argument("--cores", type=int, nargs="+", default=CORES)
    parser.add_argument("--efficiency", type=float, default=1.0)
    options = parser.parse_args()
    if not 0 < options.efficiency <= 1:
        parser.error("--efficiency is more than 0 and at most 1")
    if options.seconds is not None:
        each, dearest = options.seconds, options.seconds
    else:
        each, dearest = costs(read_report(options.report))
    print(f"calculated: {each:.3f} s a cell, {dearest:.1f} s the dearest, efficiency "
          f"{options.efficiency:.2f}\n")  # fmt: skip
    head = ("cells", *(f"{n} cores, min" for n in options.cores))
    print(table(head, sizes(options.cells, options.cores, each, dearest, options.efficiency)))


if __name__ == "__main__":
    main()
