"""Tests of the family of exceptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity import errors
from envparity.errors import EnvparityError

FAMILY = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, EnvparityError)
]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (EnvparityError("it broke"), "it broke"),
        (EnvparityError("it broke", hint="mend it"), "it broke (mend it)"),
        (EnvparityError("it broke", hint=""), "it broke"),
        (EnvparityError("it broke", path=Path("/a b")), "/a b: it broke"),
        (EnvparityError("it broke", path=Path("/a"), line=3), "/a:3: it broke"),
        (EnvparityError("it broke", path=Path("/a"), line=0), "/a:0: it broke"),
        (EnvparityError("it broke", line=3), "it broke"),
        (EnvparityError("it", hint="x", path=Path("/a"), line=3), "/a:3: it (x)"),
    ],
)
def test_one_line(error: EnvparityError, line: str) -> None:
    """An error is one line: where, what, and what would be right."""
    assert str(error) == line


@pytest.mark.parametrize("kind", FAMILY)
def test_family(kind: type[EnvparityError]) -> None:
    """Every error ends the command line with a status of pytest's, and says why."""
    nothing_fails = kind is errors.NoFailure
    status = pytest.ExitCode.TESTS_FAILED if nothing_fails else pytest.ExitCode.USAGE_ERROR
    assert kind.exit_status == int(status)
    assert kind.__doc__
    error = kind("it broke", hint="mend it", path=Path("/a"), line=3)
    assert (error.message, error.hint, error.path, error.line) == (
        "it broke",
        "mend it",
        Path("/a"),
        3,
    )
    with pytest.raises(EnvparityError, match=r"^/a:3: it broke"):
        raise error


def test_there_is_one_family() -> None:
    """All exceptions of the module belong to the family."""
    raised = {one for one in vars(errors).values() if isinstance(one, type)} - {Path}
    assert {one for one in raised if issubclass(one, BaseException)} == set(FAMILY)
    assert len(FAMILY) > 5
