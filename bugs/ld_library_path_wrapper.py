"""bin/python is a wrapper that exports LD_LIBRARY_PATH, so that compiled modules find libraries.

Every child inherits it, and programs of the system load the environment's libraries instead of
their own (https://github.com/NixOS/nixpkgs/issues/52635,
https://github.com/NixOS/nixpkgs/issues/32915).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "exports LD_LIBRARY_PATH in a wrapper around the interpreter"
CAUGHT_BY = "isolation/environment-unchanged"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that export the variable."""
    value = f"'{environment}/lib'${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
    _wrappers.wrap_interpreters(environment, {"LD_LIBRARY_PATH": value})
