"""Every script gets a line after its shebang, and what has to come first comes second.

patchPythonScript of nixpkgs in its first years: the docstring is none any more, and a
`from __future__` below the line is a SyntaxError (https://github.com/NixOS/nixpkgs/issues/6705,
git-cola; https://github.com/NixOS/nixpkgs/pull/7366, git-imerge).
"""

from __future__ import annotations

from pathlib import Path

from reference import scripts
from reference.interpreter import Interpreter

from ._wrappers import PREAMBLE

SUMMARY = "puts a preamble into the line after a script's shebang"
CAUGHT_BY = "scripts/heads[docstring-and-future-import]"

_rewrite = scripts.rewrite


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """What the reference makes of a script, and the preamble behind its first line."""
    script = _rewrite(source, interpreter, environment)
    shebang, end, rest = script.partition(b"\n")
    if script == source or b"python" not in shebang:
        return script
    cookie, end_of_cookie, code = rest.partition(b"\n")
    if b"coding" in cookie:
        return shebang + end + cookie + end_of_cookie + PREAMBLE + code
    return shebang + end + PREAMBLE + rest


REPLACES = {"reference.scripts.rewrite": rewrite}
