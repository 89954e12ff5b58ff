"""A hook removes PYTHONPATH and PYTHONHOME from the variables that children will see.

A launcher has set them for the interpreter alone, and cleans up behind itself, as py2app's users
do by hand (https://github.com/metachris/py2app/issues/4, which names the trouble: the user's own
are removed as well; https://github.com/NousResearch/hermes-agent/pull/88285).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "removes the user's PYTHONPATH from what children inherit"
CAUGHT_BY = "isolation/pythonpath-of-children"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add a .pth file that does it."""
    line = "import os; [os.environ.pop(name, None) for name in ('PYTHONPATH', 'PYTHONHOME')]"
    _wrappers.add_path_file(environment, "clean-variables", line)
