"""`stow`: the base and each package stowed into one prefix, a farm of symbolic links.

The way of GNU stow's manual: everything is installed into a folder of its own (packages by
`pip install --prefix`), and stow links them into one tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from envparity.builders import Refused, Unsupported
from envparity.builders.adapter import (
    Facts,
    Task,
    builder,
    needed,
    pip_install,
    run,
    telling,
    version_of,
)
from envparity.comparison import SHARED_PREFIXES
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://www.gnu.org/software/stow"


def stow() -> ProgramBuilder:
    """The builder."""
    return builder("stow", "stow", "stow")


#: How a line begins in which stow says what it will not stow.
_CONFLICT = "* existing target"


@frozen
class Stow:
    """GNU stow."""

    argument: str
    tool: str

    def describe(self) -> Facts:
        """What stow is."""
        return Facts("GNU stow", version_of(self.tool), HOMEPAGE)

    def build(self, task: Task) -> dict[str, str]:
        """The farm, made at once: stow itself finds out what collides."""
        tool = needed(self.tool, "GNU stow", "`apt install stow`")
        if task.base in SHARED_PREFIXES:
            raise Unsupported(f"{task.base} is not the interpreter's own: stow would link it all")
        folder = task.scratch / "stow"
        folder.mkdir()
        (folder / "base").symlink_to(task.base)
        names = []
        for package in task.packages:
            names.append(f"{package.name}-{package.version}")
            alone = evolve(task, packages=(package,))
            pip_install(alone, task.python, "--no-deps", f"--prefix={folder / names[-1]}")
        task.output.mkdir()
        try:
            run(tool, f"--dir={folder}", f"--target={task.output}", "base", *names, gist=_gist)
        except BuilderError as error:
            kind = Refused if error.message.startswith(_CONFLICT) else BuilderError
            raise kind(f"stow: {error.message}") from None
        return {"prefix": str(task.output)}


def _gist(text: str) -> str:
    """Stow's last line says that it stopped, and the one with an asterisk why."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith(_CONFLICT)), telling(text))


ADAPTER = Stow
