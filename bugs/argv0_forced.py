"""bin/python is a wrapper that starts the real one under one fixed name, whoever calls.

`makeWrapper --argv0` and every wrapper with a path written into it. It works, as long as nobody
makes a link to the interpreter: a venv's `bin/python` leads to the wrapper, which says it is the
environment's, and the venv is lost (https://github.com/pypa/virtualenv/issues/1718;
https://github.com/NixOS/nixpkgs/pull/297628 passes the caller's name for this reason).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "starts the interpreter under one fixed name"
CAUGHT_BY = "identity/link-to-the-executable"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Move each interpreter aside, and start it from a wrapper under its own name."""
    _wrappers.wrap_interpreters(environment, {}, folder=environment / "bin")
