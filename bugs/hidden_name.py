"""bin/python is a compiled wrapper that changes nothing, around a hidden program.

makeBinaryWrapper's: argv, variables and descriptors are what they were, and the kernel still
names the process after the file that it executed last. `ps`, `killall` and window titles show
`.python3.12-wrap` (https://github.com/NixOS/nixpkgs/issues/144981,
https://github.com/NixOS/nixpkgs/issues/192086).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "moves the interpreter to a hidden name behind a compiled wrapper"
CAUGHT_BY = "processes/process-name"

STATEMENTS = """
    /* Nothing: that it is there is enough. */
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put a compiled wrapper before each interpreter."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
