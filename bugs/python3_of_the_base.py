"""Of all names of the interpreter only pythonX.Y is the environment's; the others lead to the base.

Links that were copied as they were, `python3` to where the base has it
(https://github.com/conda/conda/issues/9558,
https://github.com/python/cpython/issues/122033). Whoever types the full name sees nothing, and a
shebang through `env python3` finds none of the packages.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUMMARY = "leads python3 to the base"
CAUGHT_BY = "scripts/shebang-through-env"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Let the short names lead to the base."""
    base = Path(request["interpreter"]["executable"])
    for path in (environment / "bin").glob("python*"):
        if path.is_symlink() and path.name in ("python", "python2", "python3"):
            path.unlink()
            path.symlink_to(base.parent / path.name)
