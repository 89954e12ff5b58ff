"""What a run takes when nothing has changed, one scenario, or the list of interpreters.

    python benchmarks/repeated.py [SCENARIO...] [--python SPEC] [--added SPEC] [--builder B]

The corpus is a copy, the cache is this benchmark's own. A first run fills it, vanilla's outcomes
included. The runs that are told then: all judged again with that warm oracle, every environment
made anew (`--fresh`); the same with nothing changed; with a line added to one scenario, which has
to be judged on every interpreter; and with one interpreter more. `judged` counts cells that took a
process. `under test` adds up the seconds, from start to end, of builders, steps and oracles as
`--profile` has them, `processor` the processor time of every process of the run. A step that waits
takes the former and not the latter, so the quotient of wall × cores is told for both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from measuring import machine, table
from running import ROOT, Run, envparity


def row(what: str, run: Run, cores: int) -> tuple[str, ...]:
    """One line of the table."""
    paid = run.wall * cores
    quotients = [f"{paid / of:.2f}" if of else "-" for of in (run.processor, run.under_test)]
    return (what, str(len(run.report.verdicts)), str(run.judged), f"{run.wall:.2f}",
            f"{run.processor:.2f}", f"{run.under_test:.2f}", *quotients)  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--python", default="3.8-3.12", help="as for `envparity run`")
    parser.add_argument("--added", default="3.13", help="the interpreter that is added")
    parser.add_argument("--builder", default="reference")
    parser.add_argument("--edited", default="identity/empty-environment")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder, cores = Path(name), options.workers
        corpus = folder / "scenarios"
        shutil.copytree(ROOT / "scenarios", corpus, symlinks=True)
        usual = [*options.scenarios, "--builder", options.builder, "-n", str(cores)]
        usual += ["--corpus", str(corpus), "--expectations", str(ROOT / "expectations")]
        before = [*usual, "--python", options.python]
        rows.append(row("first, everything cold", envparity(folder, *before), cores))
        rows.append(row("again, --fresh", envparity(folder, *before, "--fresh"), cores))
        rows.append(row("nothing changed", envparity(folder, *before), cores))
        with (corpus / options.edited / "scenario.toml").open("a", encoding="utf-8") as file:
            file.write("# edited\n")
        rows.append(row("one scenario edited", envparity(folder, *before), cores))
        more = f"{options.python},{options.added}"
        rows.append(row("one interpreter more", envparity(folder, *usual, "--python", more), cores))
    print("\n".join(machine(Path(tempfile.gettempdir()))), end="\n\n")
    head = ("", "cells", "judged", "wall s", "processor s", "under test s",
            "wall × cores / processor", "/ under test")  # fmt: skip
    print(table(head, rows))


if __name__ == "__main__":
    main()
