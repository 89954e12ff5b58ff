"""The script of an entry point calls the function and drops what it returns.

It is the exit status (https://github.com/pex-tool/pex/pull/280,
https://github.com/linkedin/shiv/pull/73): a linter that found something, or a test that failed,
ends with 0.
"""

from __future__ import annotations

import re
from pathlib import Path

from reference import scripts
from reference.interpreter import Interpreter

SUMMARY = "drops the exit status that an entry point returns"
CAUGHT_BY = "scripts/entry-point"

_rewrite = scripts.rewrite


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """What the reference makes of a script, without the sys.exit that installers write."""
    script = _rewrite(source, interpreter, environment)
    return re.sub(rb"^(    )sys\.exit\(([\w.]+\(\))\)$", rb"\1\2", script, flags=re.MULTILINE)


REPLACES = {"reference.scripts.rewrite": rewrite}
