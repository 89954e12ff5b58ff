"""`bug:NAME`: the reference with one reported bug put into it. The corpus has to notice."""

from __future__ import annotations

import difflib
import fnmatch
import sys
from collections.abc import Sequence
from pathlib import Path

from envparity.builders.program import ProgramBuilder
from envparity.errors import UsageError


def bug_names(data: Path) -> list[str]:
    """The bugs there are, by name."""
    return sorted(
        module.stem.replace("_", "-")
        for module in (data / "bugs").glob("*.py")
        if not module.stem.startswith("_")
    )


def bugs_matching(pattern: str, data: Path) -> list[str]:
    """The bugs that the glob *pattern* names; UsageError when there is none."""
    known = bug_names(data)
    found = fnmatch.filter(known, pattern)
    if not found:
        raise _unknown(pattern, known)
    return found


def bug(name: str, data: Path) -> ProgramBuilder:
    """The builder with the bug *name*; UsageError names the nearest ones."""
    known = bug_names(data)
    if name not in known:
        raise _unknown(name, known)
    return ProgramBuilder(
        name=f"bug:{name}", argv=(sys.executable, "-m", "bugs", name), python_path=data
    )


def _unknown(name: str, known: Sequence[str]) -> UsageError:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known
    return UsageError(f"no bug is called {name!r}", hint=f"nearest: {', '.join(close)}")
