"""A bug as a builder: `python -m bugs NAME describe`, `python -m bugs NAME build REQUEST.json`.

`python -m bugs` alone lists the bugs. An unknown name ends with exit status 2.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from reference import __main__ as reference
from reference.errors import BuildError

from . import Bug, UnknownBug, load, names


def main(arguments: list[str]) -> int:
    """Run one command of the builder protocol with a bug in it; return the exit status."""
    if not arguments:
        print("\n".join(f"{name:26} {load(name).summary}" for name in names()))
        return 0
    try:
        bug = load(arguments[0])
    except UnknownBug as error:
        print(f"bugs: {error}", file=sys.stderr)
        return 2
    if arguments[1:] == ["describe"]:
        words = reference.describe()
        words |= {"name": f"bug:{bug.name}", "fingerprint": bug.fingerprint(words["fingerprint"])}
        print(json.dumps(words))
        return 0
    bug.apply()
    status = reference.main(arguments[1:])
    if status == 0 and bug.tamper is not None and "build" in arguments:
        return _tamper(bug, Path(arguments[-1]))
    return status


def _tamper(bug: Bug, request_file: Path) -> int:
    assert bug.tamper is not None
    request = json.loads(request_file.read_bytes())
    output = Path(request["output"])
    try:
        bug.tamper(output, request)
    except (OSError, BuildError) as error:
        shutil.rmtree(output, ignore_errors=True)
        print(f"bugs: {bug.name}: {error}", file=sys.stderr)
        return error.exit_status if isinstance(error, BuildError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
