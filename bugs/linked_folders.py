"""A folder that belongs to one package becomes one link, to save thousands.

os.walk enters no link, so tools that look for plug-ins or templates find nothing
(https://github.com/NixOS/nixpkgs/issues/134103, https://github.com/NixOS/nixpkgs/issues/82685),
and `..` leads out of the folder into the store.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "links whole folders of packages"
CAUGHT_BY = "packages/neighbour-through-parent"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Replace each folder in site-packages whose files are one package's by a link to it."""
    for folder in list(_wrappers.site_packages(environment).iterdir()):
        inside = list(folder.iterdir()) if folder.is_dir() else []
        sources = {path.readlink().parent for path in inside if path.is_symlink()}
        if len(sources) == 1 and not any(
            path.is_file() and not path.is_symlink() for path in inside
        ):
            shutil.rmtree(folder)
            folder.symlink_to(sources.pop())
