"""`virtualenv`: the tool that came first and outlived its copy in the standard library.

The virtualenv of the host's Python makes the environment. `--no-seed` leaves pip out, as in
`venv`; the one that virtualenv would have put there installs the packages. For Pythons that it
has no pip for any more that is the base's own.
"""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.builders import Unsupported
from envparity.builders.adapter import Facts, Task, builder, pip_install, run
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://virtualenv.pypa.io"

#: How virtualenv, or the library that looks at interpreters for it, says that one is too old.
_TOO_OLD = ("older than the minimum", "no longer", "not supported", "unsupported")


def virtualenv() -> ProgramBuilder:
    """The builder."""
    return builder("virtualenv", "virtualenv")


@frozen
class Virtualenv:
    """The host's virtualenv."""

    argument: str
    tool: str

    def describe(self) -> Facts:
        """What virtualenv is."""
        return Facts("virtualenv", importlib.metadata.version("virtualenv"), HOMEPAGE)

    def build(self, task: Task) -> dict[str, str]:
        """A virtual environment with the packages."""
        program = (sys.executable, "-I", "-m", "virtualenv")
        try:
            run(*program, "--quiet", "--no-seed", "--python", task.python, task.output)
        except BuilderError as error:
            if any(words in error.message for words in _TOO_OLD):
                raise Unsupported(f"virtualenv: {error.message}") from None
            raise
        pip_install(task, task.output / "bin" / "python", wheel=_bundled_pip(task))
        return task.venv_layout


def _bundled_pip(task: Task) -> Path | None:
    """The wheel of pip that virtualenv has for the task's Python, if it has one."""
    from virtualenv.seed.wheels.embed import get_embed_wheel  # noqa: PLC0415

    wheel = get_embed_wheel("pip", task.minor)
    return wheel.path if wheel else None


ADAPTER = Virtualenv
