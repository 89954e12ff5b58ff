"""What was found, as a page and as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from envparity.checking.catalogue import CHECKS
from envparity.checking.finding import PATHS_NAMED, Finding, Level
from envparity.checking.installation import Installation
from envparity.report.terminal import counted, link, printable

GLYPHS = {Level.DEFECT: ("✗", "bold red"), Level.NOTE: ("·", "yellow")}


def page(installation: Installation, found: Sequence[Finding], seconds: float) -> Iterator[Text]:
    """One line for what it is, a paragraph for each finding, defects first, and the count."""
    what = "a virtual environment" if installation.is_venv else "an installation"
    yield Text(f"{installation.path}: {what}, Python {installation.version}", style="bold")
    for level in Level:
        for one in found:
            if one.level is level:
                yield Text("")
                yield from _paragraph(one)
    yield Text("")
    yield Text(f"{counted_up(found)} by {len(CHECKS)} checks in {seconds:.1f} s", style="bold")


def counted_up(found: Sequence[Finding]) -> str:
    """How many there are of each level."""
    levels = [one.level for one in found]
    parts = [counted(levels.count(level), str(level)) for level in Level]
    return ", ".join(parts)


def _paragraph(one: Finding) -> Iterator[Text]:
    glyph, style = GLYPHS[one.level]
    yield Text.assemble((f"{glyph} {one.check}", style), f"  {printable(one.words)}")
    for path in one.paths[:PATHS_NAMED]:
        yield Text(f"    {printable(path)}")
    if len(one.paths) > PATHS_NAMED:
        yield Text(f"    and {len(one.paths) - PATHS_NAMED} more", style="dim")
    yield Text(f"  In a plain installation: {one.claim}", style="dim")
    yield Text("  " + "  ".join(map(address, one.origin)), style="dim")


def address(origin: str) -> str:
    """The address of an origin; a section of CPython's documentation has one as well."""
    section = re.fullmatch(r"CPython Doc/([\w./-]+)\.rst", origin)
    return f"https://docs.python.org/3/{section[1]}.html" if section else link(origin)


def document(installation: Installation, found: Sequence[Finding], seconds: float) -> str:
    """The same as one JSON object."""
    return json.dumps(
        {
            "format": 1,
            "prefix": str(installation.path),
            "python": str(installation.python),
            "version": installation.version,
            "seconds": round(seconds, 3),
            "checks": [one.name for one in CHECKS],
            "findings": [
                {**one.to_json(), "origin": list(map(address, one.origin))} for one in found
            ],
        },
        indent=1,
    )
