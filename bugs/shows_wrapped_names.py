"""Each script is moved to `.foo-wrapped`, and `foo` is a wrapper that starts it.

The kernel tells a script its own file, whatever the wrapper calls it: usage messages, process
lists and windows say `.foo-wrapped` (https://github.com/NixOS/nixpkgs/issues/144981,
https://github.com/NixOS/nixpkgs/issues/27020), and `python bin/foo` reads shell text
(https://github.com/NixOS/nixpkgs/issues/171689).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "hides each script behind a wrapper and lets it see its hidden name"
CAUGHT_BY = "packages/aliases"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put a wrapper that sets nothing in the place of every Python script."""
    for path in list(_wrappers.programs(environment)):
        shebang = path.read_bytes().partition(b"\n")[0]
        if shebang.startswith(b"#!") and b"python" in shebang and not path.name.startswith("."):
            real = path.with_name(f".{path.name}-wrapped")
            path.rename(real)
            _wrappers.write_wrapper(path, real, {})
