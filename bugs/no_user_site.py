"""bin/python is a wrapper that exports PYTHONNOUSERSITE, so that nothing of the user's interferes.

The user's own packages are gone, for this interpreter and for every other that it starts
(https://github.com/NixOS/nixpkgs/issues/26846, https://github.com/NixOS/nixpkgs/issues/51641).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "exports PYTHONNOUSERSITE in a wrapper around the interpreter"
CAUGHT_BY = "isolation/user-site"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that export the variable."""
    _wrappers.wrap_interpreters(environment, {"PYTHONNOUSERSITE": "true"})
