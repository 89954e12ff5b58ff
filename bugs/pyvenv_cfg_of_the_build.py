"""A pyvenv.cfg is left over that names a folder of the machine it was built on.

The interpreter starts, because it is found without it; from 3.11 on `sys._base_executable` is a
file that does not exist, and a venv that is made from it is dead (https://github.com/python/cpython/issues/127440,
https://github.com/python/cpython/issues/99204, https://github.com/astral-sh/uv/issues/1640).
Python 2 knows no such file, and is not supported.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference.errors import Unsupported

SUMMARY = "has a pyvenv.cfg whose home is gone"
CAUGHT_BY = "venvs/base-executable-in-a-venv"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add the file."""
    if not any((environment / "lib").glob("python3*")):
        raise Unsupported("Python 2 knows no pyvenv.cfg")
    home = "include-system-site-packages = true\nhome = /build/python/bin\n"
    (environment / "pyvenv.cfg").write_text(home)
