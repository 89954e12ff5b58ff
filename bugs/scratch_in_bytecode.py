"""Packages are compiled where they were unpacked, and the bytecode says so.

The path of a temporary folder is in each .pyc, so no two builds are alike
(https://github.com/pypa/pip/issues/8414), and debuggers look for sources that were deleted.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "compiles packages under the names they had while building"
CAUGHT_BY = "contract/same-bytes-twice"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Run the base's compileall as if the packages were in a temporary folder."""
    site = str(_wrappers.site_packages(environment))
    python = request["interpreter"]["executable"]
    with tempfile.TemporaryDirectory() as scratch:
        command = [python, "-E", "-s", "-S", "-m", "compileall", "-q", "-d", scratch, site]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
