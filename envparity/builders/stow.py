"""`stow`: the base and each package stowed into one prefix, a farm of symbolic links.

The way of GNU stow's manual: everything is installed into a folder of its own (packages by
`pip install --prefix`), and stow links them into one tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from envparity.builders import Unsupported
from envparity.builders.adapter import Facts, Task, builder, needed, pip_install, run, version_of
from envparity.comparison import SHARED_PREFIXES
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://www.gnu.org/software/stow"


def stow() -> ProgramBuilder:
    """The builder."""
    return builder("stow", "stow", "stow")


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
            run(tool, f"--dir={folder}", f"--target={task.output}", "base", *names)
        except BuilderError as error:
            raise BuilderError(f"stow: {error.message}") from None
        return {"prefix": str(task.output)}


ADAPTER = Stow
