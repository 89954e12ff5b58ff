"""What sysconfig, the Makefile and pythonX.Y-config say stays as it was built: they name the base.

Extensions are compiled and installed for another place than they are used in
(https://github.com/astral-sh/python-build-standalone/issues/374,
https://github.com/astral-sh/uv/issues/7369, https://github.com/NixOS/nixpkgs/issues/457133).
"""

from __future__ import annotations

from pathlib import Path

from reference.interpreter import Interpreter
from reference.tree import Tree

SUMMARY = "leaves the base's prefix in sysconfig and in the Makefile"
CAUGHT_BY = "identity/sysconfig-variables"


def reroot(tree: Tree, interpreter: Interpreter, environment: Path) -> None:
    """Change nothing."""


REPLACES = {"reference.base.reroot": reroot}
