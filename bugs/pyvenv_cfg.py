"""The environment is a virtual environment: a pyvenv.cfg beside a link to the base's interpreter.

It imports everything, and is no installation: `sys.prefix != sys.base_prefix`, so pip refuses
`--user`, virtualenv and uv look behind it, and a venv made from it has the bare base
(https://github.com/NixOS/nixpkgs/issues/201037, https://github.com/astral-sh/uv/issues/4450). On
2.7, which knows no pyvenv.cfg, the link alone is the bug.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "is a virtual environment of the base"
CAUGHT_BY = "identity/prefix-equals-base-prefix"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Make a venv of the environment."""
    base = Path(request["interpreter"]["executable"])
    (environment / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    for path in _wrappers.interpreters(environment):
        path.unlink()
        path.symlink_to(base.parent / path.name)
