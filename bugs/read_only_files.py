"""The files of packages are read-only, so that nobody changes what is shared.

Whoever copies one copies its mode: templates of projects and the activate scripts of venvs
cannot be edited or written again (https://github.com/NixOS/nixpkgs/issues/99156,
https://github.com/python/cpython/issues/86079).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "makes the files of packages read-only"
CAUGHT_BY = "filesystem/copied-template"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Replace links in site-packages by files that nobody may write to."""
    for path in list(_wrappers.site_packages(environment).rglob("*")):
        if path.is_symlink() and path.is_file():
            target = path.resolve()
            path.unlink()
            shutil.copy2(target, path)
            path.chmod(path.stat().st_mode & ~0o222)
