"""What is put together is not checked: missing dependencies, two versions, other Pythons' wheels.

A package set is trusted to be consistent. It is not: what is missing shows when a program is
started (https://github.com/NixOS/nixpkgs/issues/248978, a module nobody propagated;
https://github.com/NixOS/nixpkgs/issues/27760), with the user and not with the builder.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "does not check whether packages belong together"
CAUGHT_BY = "contract/missing-requirement"


def check(packages: Sequence[Package], interpreter: Interpreter) -> None:
    """Find nothing wrong."""


REPLACES = {"reference.requirements.check": check}
