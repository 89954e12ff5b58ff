"""A preamble tells each program that it is where its package lies.

`sys.argv[0]` names the package's folder in the store. What a program starts by its own name is
another program then, without the environment (https://github.com/NixOS/nixpkgs/issues/24525), and
what it writes down about itself is wrong (https://github.com/NixOS/nixpkgs/issues/295902).
"""

from __future__ import annotations

from pathlib import Path

from reference import build, wrapping
from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "sets sys.argv[0] to the program in the store"
CAUGHT_BY = "scripts/call-oneself-by-argv0"

_adapt_programs = build.adapt_programs


def adapt_programs(package: Package, python: Interpreter, output: Path) -> dict[str, bytes | None]:
    """What the reference does, and a preamble in each script of a wheel."""
    changed = _adapt_programs(package, python, output)
    for path, content in changed.items():
        if content and package.files[path] == "#!python" and not content.startswith(b"#!/bin/sh"):
            changed[path] = wrapping.wrap(content, argv0=f"{package.folder}/{path}")
    return changed


REPLACES = {"reference.build.adapt_programs": adapt_programs}
