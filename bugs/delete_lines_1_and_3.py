"""Unwrapping with `sed -e 1d -e 3d`: the third line is taken for the preamble, whatever it is.

nixpkgs' pull request 297628 restored wrapped programs (`foo` beside `.foo-wrapped`) by writing
the environment's shebang and then `.foo-wrapped` without its first and third line. The third
line is the preamble only where the second one is an encoding cookie. pretalx-manage lost its
`import os` (https://github.com/NixOS/nixpkgs/issues/302315) and the change was reverted
(https://github.com/NixOS/nixpkgs/pull/302385). Programs in other languages got a Python shebang.
"""

from __future__ import annotations

from pathlib import Path

from reference import build
from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "unwraps a program by deleting its first and its third line"
CAUGHT_BY = "wrappers/third-line-survives"

_adapt_programs = build.adapt_programs


def adapt_programs(package: Package, python: Interpreter, output: Path) -> dict[str, bytes | None]:
    """What the reference does, and then the two deleted lines for each wrapped program."""
    changed = _adapt_programs(package, python, output)
    for plain, path in build.wrapped_programs(package):
        lines = package.read(path).splitlines(keepends=True)
        shebang = f"#!{output}/bin/python{python.minor}\n".encode()
        changed[plain] = shebang + b"".join(lines[1:2] + lines[3:])
        changed[path] = None
    return changed


REPLACES = {"reference.build.adapt_programs": adapt_programs}
