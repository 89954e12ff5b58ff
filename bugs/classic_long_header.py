"""A script behind a long prefix gets the usual two-line header, which is its new docstring.

pip, distlib and uv put `'''exec' … '''` on lines of its own below `#!/bin/sh`. To Python that
is the first statement, so `from __future__` comes too late and the program is a SyntaxError
(https://github.com/astral-sh/uv/issues/6489, https://github.com/conda/conda/issues/977).
"""

from __future__ import annotations

SUMMARY = "puts the shell's header for long prefixes before the docstring"
CAUGHT_BY = "scripts/future-import-in-a-space-prefix"


def insert_command(source: bytes, command: bytes, *, python2: bool) -> bytes:
    """Put *command* on lines of its own, directly below the shebang."""
    shebang, _, rest = source.partition(b"\n")
    plain = command.removesuffix(b" #'''")
    return shebang + b"\n" + plain + b"\n' '''\n" + rest


REPLACES = {"reference.scripts._insert_command": insert_command}
