"""The one family of exceptions that envparity raises on purpose.

Each error is one clear line for a person (`str(error)`), names the place it comes
from where there is one (`path:line: message`, as compilers do), says in `hint`
what would be right, and knows the exit status the command line ends with.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class EnvparityError(Exception):
    """Something a person can put right.

    *message* is what is wrong and *hint* what would be right, both without a final
    full stop's worth of decoration; *path* and *line* (1-based) say where.
    """

    #: Exit status of the command line; pytest's numbers, so that both agree.
    exit_status: ClassVar[int] = 4

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        path: Path | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = path
        self.line = line

    def __str__(self) -> str:
        where = ""
        if self.path is not None:
            where = f"{self.path}:{self.line}: " if self.line is not None else f"{self.path}: "
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}{self.message}{hint}"


class UsageError(EnvparityError):
    """A command line, or an option of it, that cannot be served."""


class CorpusError(EnvparityError):
    """A scenario or a package of the corpus that is not what the format allows."""


class InterpreterError(EnvparityError):
    """An interpreter that cannot be found, started or described."""


class PackageUnavailable(EnvparityError):
    """A package that no index at hand has; what needs it is skipped."""


class CacheError(EnvparityError):
    """A cache or a workspace that cannot be read or written."""


class SandboxError(EnvparityError):
    """A sandbox that could not be set up, or that broke."""


class BuilderError(EnvparityError):
    """A builder that hung, crashed, or answered something that is not the protocol."""


class ReportError(EnvparityError):
    """A report that is cut off, foreign or contradictory."""


class NoFailure(EnvparityError):
    """A cell in which nothing differs, where a failing one was asked for."""

    exit_status = 1
