"""`>` where `>>` was meant: the program is written, and then written over.

One of the slips that un-wrapping by shell script invites, as
https://github.com/NixOS/nixpkgs/pull/297628 did it: the shebang is written first and is gone, and
what remains is run by the caller's shell.
"""

from __future__ import annotations

from pathlib import Path

from reference import build
from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "writes unwrapped programs without their shebang"
CAUGHT_BY = "wrappers/third-line-survives"

_adapt_programs = build.adapt_programs


def adapt_programs(package: Package, python: Interpreter, output: Path) -> dict[str, bytes | None]:
    """What the reference does, without the first line of what it unwrapped."""
    changed = _adapt_programs(package, python, output)
    for plain, path in build.wrapped_programs(package):
        content = changed.get(plain)
        if content is not None and path in changed and changed[path] is None:
            changed[plain] = content.partition(b"\n")[2]
    return changed


REPLACES = {"reference.build.adapt_programs": adapt_programs}
