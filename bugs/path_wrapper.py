"""bin/python is a wrapper that puts its own bin first on PATH.

So that programs find each other, and every program that a Python program starts finds other
versions of `python3`, `pip` or `git` than the user has
(https://github.com/NixOS/nixpkgs/issues/185892, https://github.com/pyenv/pyenv/issues/985).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "puts its bin first on PATH in a wrapper around the interpreter"
CAUGHT_BY = "isolation/path-unchanged"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that change PATH."""
    _wrappers.wrap_interpreters(environment, {"PATH": f"'{environment}/bin':\"$PATH\""})
