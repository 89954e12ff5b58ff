"""`pex`: the virtual environment that pex makes of a set of wheels (`pex3 venv create`).

A PEX file in venv mode unpacks itself into the same tree. The wheels are given as resolved
(`--pre-resolved-dist`): to resolve anything for CPython 3.12 and newer, pex downloads a pip.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.builders import Refused
from envparity.builders.adapter import Facts, Task, builder, needed, run, telling, version_of
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://docs.pex-tool.org"


def pex() -> ProgramBuilder:
    """The builder."""
    return builder("pex", "pex", "pex3")


@frozen
class Pex:
    """pex, found beside envparity or on PATH."""

    argument: str
    tool: str

    def describe(self) -> Facts:
        """What pex is."""
        return Facts("pex", version_of(self.tool), HOMEPAGE)

    def build(self, task: Task) -> dict[str, str]:
        """A virtual environment with the packages."""
        tool = needed(self.tool, "pex", "`pip install pex` beside envparity")
        wheels = [f"--pre-resolved-dist={one.wheel}" for one in task.packages]
        try:
            run(tool, "venv", "create", "--python", task.python, "--no-pypi", "--dest-dir",
                task.output, *wheels, *task.requirements, gist=_gist)  # fmt: skip
        except BuilderError as error:
            if _REFUSES.search(error.message):
                raise Refused(f"pex: {error.message}") from None
            raise BuilderError(f"pex: {error.message}") from None
        return task.venv_layout


#: How pex says that it will not install something: in several lines, and first of all that.
_REFUSES = re.compile(r"^(?:Encountered collision|Failed to resolve) .*", re.MULTILINE | re.DOTALL)


def _gist(text: str) -> str:
    """A refusal as one sentence, and of anything else what it comes to."""
    refusal = _REFUSES.search(text)
    return " ".join(refusal[0].split()) if refusal else telling(text)


ADAPTER = Pex
