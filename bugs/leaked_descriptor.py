"""bin/python is a launcher that leaves a file of its own open for the interpreter.

A log, a lock or the launcher's own image: the program starts with a descriptor that nobody gave it,
the numbers of those that it opens move, and a lock is held as long as it runs
(https://github.com/VIDA-NYU/reprozip/issues/119, https://github.com/knsd/daemonize/pull/39).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "leaves a descriptor of the launcher open"
CAUGHT_BY = "processes/open-descriptors"

STATEMENTS = """
    open(target, O_RDONLY);
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that open a file."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
