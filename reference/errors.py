"""What the reference says when it does not build: one line on stderr and an exit status."""

from __future__ import annotations

from typing import ClassVar


class BuildError(Exception):
    """The build failed for a reason a person can read; nothing was written."""

    exit_status: ClassVar[int] = 1


class Refused(BuildError):
    """The request asks for something that no builder should make."""

    exit_status: ClassVar[int] = 3


class Unsupported(BuildError):
    """The request is fair, and this builder cannot serve it."""

    exit_status: ClassVar[int] = 4
