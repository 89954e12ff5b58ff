"""A pyvenv.cfg that names the environment's own bin, to keep the user's packages out.

A comment in https://github.com/conda/conda/issues/7173 recommends it. The prefix is right and no
two prefixes differ, but site takes it for a venv without its system's packages: the user's own are
not looked for. Python 2 knows no such file, and is not supported.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference.errors import Unsupported

SUMMARY = "has a pyvenv.cfg that names itself as home"
CAUGHT_BY = "isolation/user-site"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add the file."""
    if not any((environment / "lib").glob("python3*")):
        raise Unsupported("Python 2 knows no pyvenv.cfg")
    (environment / "pyvenv.cfg").write_text(f"home = {environment}/bin\n")
