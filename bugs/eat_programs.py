"""Every `.foo-wrapped` is taken for Python: it gets a Python shebang, and loses two lines.

The other half of https://github.com/NixOS/nixpkgs/pull/297628: the un-wrapper did not look at
what it un-wrapped. Shell scripts, perl programs and compiled ones are wrapped in the same way
(https://github.com/NixOS/nixpkgs/pull/358823).
"""

from __future__ import annotations

from pathlib import Path

from reference import build
from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "gives every wrapped program a Python shebang, whatever it is"
CAUGHT_BY = "wrappers/wrapped-shell-script"

_adapt_programs = build.adapt_programs


def adapt_programs(package: Package, python: Interpreter, output: Path) -> dict[str, bytes | None]:
    """What the reference does, and a Python shebang for every other wrapped program."""
    changed = _adapt_programs(package, python, output)
    for plain, path in build.wrapped_programs(package):
        if changed.get(path, b"") is not None:
            shebang = f"#!{output}/bin/python{python.minor}\n".encode()
            changed[plain] = shebang + package.read(path).partition(b"\n")[2]
            changed[path] = None
    return changed


REPLACES = {"reference.build.adapt_programs": adapt_programs}
