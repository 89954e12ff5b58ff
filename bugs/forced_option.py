"""bin/python is a wrapper that starts the interpreter with `-s`, whatever the caller wants.

A flag in the place of the variable, so that children are spared, as
https://github.com/NixOS/nixpkgs/pull/33528 did for programs. The user's own packages are gone all
the same (https://github.com/NixOS/nixpkgs/pull/51641), `sys.flags` and the command line tell of
an option that nobody gave, and multiprocessing passes it on.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "starts the interpreter with an option that nobody gave"
CAUGHT_BY = "identity/start-up-flags"

STATEMENTS = """
    char **words = calloc(argc + 2, sizeof *words);
    words[0] = argv[0];
    words[1] = "-s";
    memcpy(words + 2, argv + 1, argc * sizeof *words);
    argv = words;
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the option before every caller's own."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
