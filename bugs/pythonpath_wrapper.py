"""Every program is a shell wrapper that exports PYTHONPATH and executes the base.

nixpkgs until 2016, and still the usual way elsewhere. The folder goes before the standard
library, `.pth` files in it are not read, `-E` and `-I` lose it, and every child process
inherits it: nox ran a Python 3 that imported the Python 2 `enum34`
(https://github.com/NixOS/nixpkgs/issues/16591), and a venv sees the environment's packages.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "exports PYTHONPATH in a shell wrapper around every program"
CAUGHT_BY = "isolation/environment-unchanged"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Move every program behind a wrapper, and give it back to the base."""
    base = Path(request["interpreter"]["executable"])
    folder = shlex.quote(str(_wrappers.site_packages(environment)))
    variables = {"PYTHONPATH": folder + "${PYTHONPATH:+:$PYTHONPATH}"}
    for path in list(_wrappers.programs(environment)):
        wrapped = path.with_name(f".{path.name}-wrapped")
        source = path.read_bytes()
        own = f"#!{environment}/bin/".encode()
        if source.startswith(own):
            source = f"#!{base.parent}/".encode() + source[len(own) :]
        wrapped.write_bytes(source)
        wrapped.chmod(0o755)
        _wrappers.write_wrapper(path, wrapped, variables)
    for path in _wrappers.interpreters(environment):
        _wrappers.write_wrapper(path, base.parent / path.name, variables)
