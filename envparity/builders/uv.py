"""`uv`: `uv venv` and `uv pip install`, offline, with a cache that lasts for the run alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.builders import Refused, Unsupported
from envparity.builders.adapter import Facts, Task, builder, needed, run, version_of
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://docs.astral.sh/uv"

#: uv would otherwise read the user's configuration, and fetch a Python of its own.
_VARIABLES = {"UV_OFFLINE": "1", "UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never"}

_TOO_OLD = re.compile(r"Please use Python [\d.]+ or newer")


def uv() -> ProgramBuilder:
    """The builder."""
    return builder("uv", "uv", "uv")


@frozen
class Uv:
    """uv, found beside envparity or on PATH."""

    argument: str
    tool: str

    def describe(self) -> Facts:
        """What uv is."""
        return Facts("uv", version_of(self.tool), HOMEPAGE)

    def build(self, task: Task) -> dict[str, str]:
        """A virtual environment with the packages."""
        tool = needed(self.tool, "uv", "`pip install uv` beside envparity")
        try:
            run(tool, "venv", "--quiet", "--python", task.python, task.output,
                environment=_VARIABLES, gist=_gist)  # fmt: skip
        except BuilderError as error:
            if _TOO_OLD.search(error.message):
                raise Unsupported(f"uv: {error.message}") from None
            raise
        if task.packages:
            places = [f"--find-links={folder}" for folder in task.folders]
            self._install(tool, task, places)
        return task.venv_layout

    def _install(self, tool: str, task: Task, places: list[str]) -> None:
        try:
            run(tool, "pip", "install", "--quiet", "--python", task.output, "--no-index", *places,
                *task.requirements, environment=_VARIABLES, gist=_gist)  # fmt: skip
        except BuilderError as error:
            if any(words in error.message for words in _REFUSALS):
                raise Refused(f"uv: {error.message}") from None
            raise BuilderError(f"uv: {error.message}") from None


#: How uv says that it will not install something.
_REFUSALS = ("No solution found", "The wheel is invalid")

#: uv draws a tree of causes.
_DRAWING = str.maketrans("×╰─▶├│", "      ")


def _gist(text: str) -> str:
    """Uv explains itself over several lines, which make one sentence."""
    return " ".join(text.translate(_DRAWING).split())


ADAPTER = Uv
