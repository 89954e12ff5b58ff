"""Unwrapping with `sed /preamble/d`: the line that holds the preamble goes, all of it.

Better than deleting lines by number, it was said when that had cost programs their `import os`,
and as risky: something else can have ended up on that line
(https://github.com/NixOS/nixpkgs/pull/358823). Here it is the program's first statement.
"""

from __future__ import annotations

from reference import wrapping

SUMMARY = "unwraps a program by deleting the lines that hold a preamble"
CAUGHT_BY = "wrappers/injected-preamble[import-os-on-line-3]"


def unwrap_program(source: bytes) -> bytes | None:
    """The program without the lines of its preambles, or None when it has none."""
    if wrapping.unwrap(source) is None:
        return None
    lines = source.splitlines(keepends=True)
    marks = (b"'unwrap:", b"functools.reduce(lambda k, p")
    return b"".join(line for line in lines if not any(mark in line for mark in marks))


REPLACES = {"reference.build.unwrap_program": unwrap_program}
