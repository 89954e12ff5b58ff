"""bin/python is a launcher that ignores SIGINT, so that Python alone answers Ctrl-C.

What is ignored stays ignored in the program that is executed, and CPython makes no
KeyboardInterrupt of it: the program cannot be interrupted at all. Bazel's launcher therefore came
to catch the signal with a handler that does nothing
(https://github.com/bazelbuild/bazel/pull/20256; hatch runs its commands with the signal ignored,
https://github.com/pypa/hatch/pull/2230).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "hands an ignored SIGINT on to the interpreter"
CAUGHT_BY = "processes/signal-dispositions"

STATEMENTS = """
    signal(SIGINT, SIG_IGN);
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that ignore the signal."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
