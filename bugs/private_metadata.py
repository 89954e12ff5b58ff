"""Metadata is written to a temporary file first, and keeps the mode of one: 0600.

Whoever did not build the environment cannot read what is installed in it
(https://github.com/pypa/pip/pull/8144, https://github.com/astral-sh/uv/issues/5435).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "writes metadata that only its owner can read"
CAUGHT_BY = "filesystem/everybody-may-read"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Replace the links in each .dist-info by files like those of tempfile."""
    for path in list(_wrappers.site_packages(environment).glob("*.dist-info/*")):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        path.chmod(0o600)
