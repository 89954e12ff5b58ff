"""Only `#!python` with one line feed behind it is rewritten, and not what Windows writes.

A wheel that was built there has a carriage return before it. Its programs keep the bare name, and
the kernel looks for a program of that name in the working directory
(https://github.com/pnpm/pnpm/pull/14586, found in review of an installer of wheels).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "overlooks shebangs with line ends of Windows"
CAUGHT_BY = "scripts/heads[line-ends-of-windows]"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the first line of such scripts back as the wheel has it."""
    for path, source in _wrappers.scripts_of_wheels(environment, request):
        if source.startswith(b"#!python\r\n"):
            path.write_bytes(b"#!python\r\n" + path.read_bytes().partition(b"\n")[2])
