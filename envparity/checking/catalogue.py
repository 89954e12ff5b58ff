"""All checks, in the order in which they are made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

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


def findings(installation: Installation) -> list[Finding]:
    """What there is to say of *installation*, in the order of the checks.

    They are made side by side, since many of them wait for an interpreter to start.
    """
    installation.files, installation.known_to_dpkg  # noqa: B018 - once, and not in each thread
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = pool.map(lambda one: list(one.findings(installation)), CHECKS)
        return [finding for several in found for finding in several]
