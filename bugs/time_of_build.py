"""The environment says when it was made.

Two builds of one request differ, so nothing can be shared, cached or verified by its content
(https://github.com/pypa/pip/issues/5648, https://github.com/pypa/pip/issues/8414).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUMMARY = "writes the time of the build into the environment"
CAUGHT_BY = "contract/same-bytes-twice"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Write a file with the time in nanoseconds."""
    (environment / "built").write_text(f"{time.time_ns()}\n")
