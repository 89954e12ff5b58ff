"""Shebangs are written without a thought for what the kernel can read.

A prefix with a blank in it is cut at the blank, and one of more than 127 bytes (255 since Linux
5.1) at that (https://github.com/spack/spack/issues/104,
https://github.com/conda/conda/issues/977): `bad interpreter`.
"""

from __future__ import annotations

import re
from pathlib import Path

from reference.interpreter import Interpreter

SUMMARY = "writes shebangs that the kernel cannot read"
CAUGHT_BY = "scripts/base-shebang-in-a-space-prefix"


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """Put the environment's program in the place of the base's, however long its name is."""
    if source.startswith(b"#!python"):
        source = f"#!{interpreter.executable}\n".encode() + source.partition(b"\n")[2]
    match = re.match(rb"#![ \t]*([^ \t\r\n]+)", source)
    named = Path(match[1].decode("utf-8", "surrogateescape")) if match else None
    if match is None or named not in interpreter.pythons:
        return source
    return b"#!" + bytes(environment / "bin" / named.name) + source[match.end(1) :]


REPLACES = {"reference.scripts.rewrite": rewrite}
