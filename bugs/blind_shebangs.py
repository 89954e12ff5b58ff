"""Every first line that names a Python, any Python and through anything, gets the environment's.

A substitution over all of bin: `#!/usr/bin/env python3` is for whoever comes first on PATH, and
`/opt/other/bin/python2` for another Python; both were chosen by somebody
(https://github.com/NixOS/nixpkgs/issues/9593, https://github.com/astral-sh/uv/issues/5515).
"""

from __future__ import annotations

import re
from pathlib import Path

from reference.interpreter import Interpreter

SUMMARY = "puts its interpreter into every shebang that says python"
CAUGHT_BY = "scripts/script-of-another-python"


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """Replace the whole first line if it is a shebang with a python in it."""
    shebang = f"#!{environment}/bin/python{interpreter.minor}".encode()
    return re.sub(rb"\A#![^\n]*python[^\n]*", lambda _: shebang, source)


REPLACES = {"reference.scripts.rewrite": rewrite}
