"""bin/python is a symbolic link to the base's, like every other file of the environment.

Spack's views (https://github.com/spack/spack/issues/6131) and every other farm of links. CPython
follows the links of its executable before it looks for its library, so it starts as the base:
none of the environment's packages can be imported, and scripts run without them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "links bin/python to the base's"
CAUGHT_BY = "identity/import-path-in-prefix"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Replace the environment's interpreters by links."""
    base = Path(request["interpreter"]["executable"])
    for path in _wrappers.interpreters(environment):
        path.unlink()
        path.symlink_to(base.parent / path.name)
