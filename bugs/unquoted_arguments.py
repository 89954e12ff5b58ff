"""Every program is a shell wrapper that passes its arguments on without quotes.

`exec $PYTHON $PROGRAM $@`: an argument with a blank is two, an empty one is none, and a star is the
files of the working directory (https://github.com/haiwen/seafile/issues/848, where libraries with a
space in their name could not be used; https://github.com/conda/conda/issues/8384). Whoever tries it
with plain words sees nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "splits the arguments of programs at blanks"
CAUGHT_BY = "invocation/arguments-unchanged"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Move every program behind a wrapper."""
    for path in list(_wrappers.programs(environment)):
        real = path.with_name(f".{path.name}-wrapped")
        path.rename(real)
        path.write_text(f"#!/bin/sh\nexec {shlex.quote(str(real))} $@\n")
        path.chmod(0o755)
