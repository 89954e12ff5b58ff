"""bin/python is a wrapper that appends to PYTHONPATH, and to an unset one with a separator.

The empty entry is the working directory: whatever lies there is imported by every program, before
the standard library. makeWrapper refuses empty entries since
https://github.com/NixOS/nixpkgs/pull/548442, where they were called a vulnerability.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "leaves an empty entry in PYTHONPATH"
CAUGHT_BY = "isolation/working-directory-is-not-searched"

STATEMENTS = """
    const char *old = getenv("PYTHONPATH");
    char *value = malloc(strlen(environment) + (old ? strlen(old) : 0) + 32);
    sprintf(value, "%s:%s/share/python", old ? old : "", environment);
    setenv("PYTHONPATH", value, 1);
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that append a folder."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
