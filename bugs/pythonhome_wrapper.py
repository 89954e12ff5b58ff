"""bin/python is a shell wrapper that exports PYTHONHOME and executes the base.

nixpkgs from 2012 to 2019. The prefix is right as long as nobody looks closer, but `-E` and `-I`
lose the packages, a venv is not one, and every other Python that the environment starts takes the
wrong standard library and dies (https://github.com/NixOS/nixpkgs/issues/44648).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "exports PYTHONHOME in a shell wrapper around the interpreter"
CAUGHT_BY = "isolation/environment-unchanged"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put wrappers around the base where the environment's interpreters were."""
    base = Path(request["interpreter"]["executable"])
    variables = {"PYTHONHOME": shlex.quote(str(environment))}
    for path in _wrappers.interpreters(environment):
        _wrappers.write_wrapper(path, base.parent / path.name, variables)
