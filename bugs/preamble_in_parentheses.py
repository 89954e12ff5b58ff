"""A preamble goes behind the last line that begins with `from __future__`.

nixpkgs' sed program reads lines and not statements. Names in parentheses go on for some lines,
and the preamble stands among them (https://github.com/NixOS/nixpkgs/issues/16133, scfbuild;
https://github.com/NixOS/nixpkgs/issues/40427, bcc).
"""

from __future__ import annotations

import re
from pathlib import Path

from reference import scripts
from reference.interpreter import Interpreter

from ._wrappers import PREAMBLE

SUMMARY = "puts a preamble behind the line that begins a future import"
CAUGHT_BY = "scripts/heads[future-import-in-parentheses]"

_rewrite = scripts.rewrite


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """What the reference makes of a script, and the preamble where a line tells to put it."""
    script = _rewrite(source, interpreter, environment)
    lines = list(re.finditer(rb"^from __future__ import[^\n]*\n", script, re.MULTILINE))
    if script == source or not lines:
        return script
    at = lines[-1].end()
    return script[:at] + PREAMBLE + script[at:]


REPLACES = {"reference.scripts.rewrite": rewrite}
