"""bin/python is a shell script that executes the base's program under the base's own name.

What makeWrapper's scripts did before they learnt `exec -a "$0"`: the process list, the kernel's
command line and CPython's search see a path of the base
(https://github.com/NixOS/nixpkgs/issues/27020, https://github.com/NixOS/nixpkgs/issues/144981).
The prefix is the base's, and nothing of the environment can be imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "starts the base under its own name from a shell wrapper"
CAUGHT_BY = "processes/command-line"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put a plain wrapper in the place of each interpreter."""
    base = Path(request["interpreter"]["executable"])
    for path in _wrappers.interpreters(environment):
        _wrappers.write_wrapper(path, base.parent / path.name, {})
