"""A .pth file moves the environment's packages to the front of sys.path.

What setuptools wrote into easy-install.pth, and Spack for years. A module that is named like one of
the standard library's replaces it, PYTHONPATH comes too late, and folders of another Python's
appear (https://github.com/easybuilders/easybuild-easyconfigs/issues/5015,
https://github.com/pypa/setuptools/issues/400, https://github.com/fonttools/fonttools/issues/929).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "moves site-packages before the standard library"
CAUGHT_BY = "packages/stdlib-comes-first"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add the file."""
    folder = "sys._getframe(1).f_locals['sitedir']"
    line = f"import sys; folder = {folder}; sys.path.remove(folder); sys.path.insert(0, folder)"
    _wrappers.add_path_file(environment, "easy-install", line)
