"""Programs find the interpreter beside themselves, by way of `dirname "$0"`.

So that the whole environment can be moved. Through a link from elsewhere `$0` is the link, and
there is no Python beside it (https://github.com/astral-sh/uv/issues/8058,
https://github.com/astral-sh/python-build-standalone/issues/187,
https://github.com/saltstack/relenv/pull/63).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "looks for the interpreter in the folder of $0"
CAUGHT_BY = "scripts/entry-point-by-a-link"

HEADER = """\
#!/bin/sh
'''exec' "$(dirname -- "$0")"/'{name}' "$0" "$@"
' '''
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Let /bin/sh find the interpreter of every program."""
    _wrappers.replace_shebangs(environment, HEADER)
