"""Each distribution has an .egg-info beside its .dist-info, for tools that know the old one alone.

Others find it twice: with two versions after the next update, with its entry points in duplicate
(https://github.com/python/importlib_metadata/issues/410,
https://github.com/python/importlib_metadata/issues/457).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "writes an .egg-info for what has a .dist-info"
CAUGHT_BY = "packages/each-distribution-once"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Copy METADATA to an .egg-info."""
    for info in list(_wrappers.site_packages(environment).glob("*.dist-info")):
        old = info.with_suffix(".egg-info")
        old.mkdir()
        (old / "PKG-INFO").write_bytes((info / "METADATA").read_bytes())
