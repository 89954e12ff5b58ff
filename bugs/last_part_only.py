"""bin/python is a wrapper that passes on the last part of its name, and not the path.

A bare name is what a shell passes on, so it seemed enough; CPython then looks on PATH for where it
is. By its full path the environment works as long as PATH happens to lead to it, and with another
Python of that name first it is that one (https://github.com/NixOS/nixpkgs/pull/461406: the packages
were missing; https://github.com/python/cpython/issues/124241).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "starts the interpreter by the last part of its name"
CAUGHT_BY = "venvs/plain-venv"

STATEMENTS = """
    char *slash = argc ? strrchr(argv[0], '/') : NULL;
    if (slash)
        argv[0] = slash + 1;
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that drop the folder."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
