"""bin has pythonX.Y and nothing else: no python3, no pydoc.

PEP 394 is about which names there are; programs start `python3`
(https://github.com/conda/conda/issues/9558, https://github.com/python/cpython/issues/122033), and
get the system's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUMMARY = "leaves out the interpreter's other names"
CAUGHT_BY = "identity/every-name-agrees"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Remove every link in bin that leads to the interpreter."""
    for path in (environment / "bin").iterdir():
        if re.fullmatch(r"python\d*", path.name) and path.name != Path(path.resolve()).name:
            path.unlink()
