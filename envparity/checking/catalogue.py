"""All checks, in the order in which they are made."""

from __future__ import annotations

from collections.abc import Iterator

from envparity.checking import (
    configuration,
    distributions,
    identity,
    library,
    programs,
    search_path,
    venvs,
)
from envparity.checking.finding import Finding
from envparity.checking.installation import Installation

CHECKS = (
    *identity.CHECKS, *search_path.CHECKS, *venvs.CHECKS, *configuration.CHECKS,
    *library.CHECKS, *programs.CHECKS, *distributions.CHECKS,
)  # fmt: skip


def findings(installation: Installation) -> Iterator[Finding]:
    """What there is to say of *installation*."""
    for one in CHECKS:
        yield from one.findings(installation)
