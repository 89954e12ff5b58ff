"""A prefix that is too long for a shebang is given up for `/usr/bin/env pythonX.Y`.

conda's way (https://github.com/conda/conda/pull/4828): a program runs, by whatever Python comes
first on the caller's PATH (https://github.com/JuliaPy/Conda.jl/issues/93). With short prefixes
there is nothing to be seen.
"""

from __future__ import annotations

from pathlib import Path

from reference import scripts
from reference.interpreter import Interpreter

SUMMARY = "leaves long shebangs to env and PATH"
CAUGHT_BY = "scripts/long-prefix-and-another-python"

_rewrite = scripts.rewrite


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """As the reference does, but without help from /bin/sh."""
    program = bytes(environment / "bin" / f"python{interpreter.minor}")
    if source.startswith(b"#!python") and len(program) > 120:
        return f"#!/usr/bin/env python{interpreter.minor}\n".encode() + source.partition(b"\n")[2]
    return _rewrite(source, interpreter, environment)


REPLACES = {"reference.scripts.rewrite": rewrite}
