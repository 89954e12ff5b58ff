"""bin/python is a wrapper that spells its own folder without links.

`cd "$(dirname "$0")" && pwd -P`, or realpath: behind a link to the prefix, such as a profile that
outlives upgrades, the environment is where the link leads today, and a venv that is made from it
dies with the next one (https://github.com/NixOS/nixpkgs/pull/448141,
https://github.com/pypa/virtualenv/issues/2770, https://github.com/astral-sh/uv/issues/1640).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "resolves links in the folder by which it was called"
CAUGHT_BY = "identity/link-to-the-prefix"

STATEMENTS = """
    static char path[PATH_MAX];
    char *slash = argc ? strrchr(argv[0], '/') : NULL;
    if (slash && slash > argv[0]) {
        *slash = 0;
        if (realpath(argv[0], path))
            argv[0] = strcat(strcat(path, "/"), slash + 1);
        else
            *slash = '/';
    }
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that resolve their folder."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
