"""All tables of docs/performance.md that need nothing but this repository.

    python -m benchmarks [NAME...] [--list]

Each program is run as its first lines say, with its own defaults, one after another: let nothing
else run meanwhile. Those that need an argument are named at the end.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent

#: Programs that need nothing, in the order of the tables; and what they tell.
TABLES = {
    "start_up": "the reference: starting Python",
    "build_environment": "the reference: making an environment (downloads wheels once)",
    "cell_cost": "what a cell costs beside its processes",
    "repeated": "a corpus of which nothing, or little, has changed",
    "tox_matrix": "a tox matrix written by hand",
    "controller_memory": "the memory of the controller",
}

#: Programs that need something, and what.
OTHERS = {
    "sizing": "REPORT.jsonl, of a run whose figures are to be taken",
    "html_report": "REPORT.jsonl, Chromium and selenium",
    "mutants": "tests, again, corpus or page",
}


def main() -> int:
    """Run what was asked for; 1 if any of it failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TABLES))
    parser.add_argument("--list", action="store_true", help="only say what there is")
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in TABLES]:
        parser.error(f"no table of its own: {', '.join(unknown)} (there are {', '.join(TABLES)})")
    failed = []
    for name in options.names or TABLES:
        print(f"== {name}: {TABLES[name]}", flush=True)
        if not options.list:
            command = [sys.executable, str(FOLDER / f"{name}.py")]
            if subprocess.run(command, check=False).returncode:
                failed.append(name)
            print(flush=True)
    if not options.names:
        for name, needs in OTHERS.items():
            print(f"not run: benchmarks/{name}.py needs {needs}")
    for name in failed:
        print(f"failed: {name}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
