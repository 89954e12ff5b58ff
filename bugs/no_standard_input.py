"""bin/python is a launcher that starts the interpreter with nothing on its standard input.

`conda run` since 4.8.1: a program that reads its input finds the end of it
(https://github.com/conda/conda/issues/9572), and what is piped into Python is lost
(https://github.com/conda/conda/issues/9712). Programs in files and behind `-c` run as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "starts the interpreter without its standard input"
CAUGHT_BY = "invocation/program-from-standard-input"

STATEMENTS = """
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that close their input."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
