"""Every file in bin is made executable.

`chmod +x bin/*`. Data files that lie there become programs, which shells offer and scanners run
(https://github.com/NixOS/nixpkgs/issues/25184, https://github.com/NixOS/nixpkgs/issues/24944).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

SUMMARY = "makes everything in bin executable"
CAUGHT_BY = "filesystem/file-modes"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Set the bits on every real file in the folders for programs."""
    for folder in (environment / "bin", environment / "local" / "bin"):
        for path in folder.iterdir() if folder.is_dir() else []:
            if path.is_file() and not path.is_symlink():
                path.chmod(0o755)
