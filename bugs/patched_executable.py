"""A hook says that sys.executable is the environment's interpreter, always.

Homebrew's sitecustomize set it, to hide a path that changes with each upgrade. In a venv that sees
the environment's packages it is wrong: pip wrote the base's Python into the first line of every
program (https://github.com/Homebrew/homebrew-core/issues/58248,
https://github.com/Homebrew/brew/pull/8873,
https://github.com/scikit-build/cmake-python-distributions/issues/65).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "sets sys.executable when Python starts"
CAUGHT_BY = "venvs/program-in-an-open-venv"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add a .pth file that does it."""
    python = _wrappers.interpreters(environment)[0]
    line = f"import sys; sys.executable = {str(python)!r}"
    _wrappers.add_path_file(environment, "executable", line)
