"""bin/python is a dispatcher that raises the soft limit on open files to the hard one.

So that one program with many files needs no advice: Python itself starts too late for it, and so
it went into the script that starts Python (https://github.com/xia2/xia2/issues/172). Every program
now runs under limits that its user did not set, and so do all that it starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "raises the soft limit on open files before Python starts"
CAUGHT_BY = "processes/resource-limits"

STATEMENTS = """
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that raise the limit."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
