"""`reference` and `reference:MODE`: the minimal builder in `reference/`, run as a program."""

from __future__ import annotations

import sys
from pathlib import Path

from envparity.builders.program import ProgramBuilder
from envparity.errors import UsageError

LINK_MODES = ("symlink", "folders", "hardlink", "copy")


def reference(mode: str, data: Path) -> ProgramBuilder:
    """The reference builder with link mode *mode* (its default when empty)."""
    if mode and mode not in LINK_MODES:
        raise UsageError(
            f"the reference has no link mode {mode!r}", hint=f"it has {', '.join(LINK_MODES)}"
        )
    options = ("--link-mode", mode) if mode else ()
    return ProgramBuilder(
        name=f"reference:{mode}" if mode else "reference",
        argv=(sys.executable, "-m", "reference", *options),
        python_path=data,
    )
