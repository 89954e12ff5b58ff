"""`pip-prefix`: `pip install --prefix`, the oldest way to have packages somewhere else.

What pip makes has no Python of its own: the programs start the base, and nothing leads it to the
packages unless the user sets PYTHONPATH. The harness sets no variable for anybody, and a wrapper
that does would be another builder. So the base's programs are linked into `bin`, which is what
people do who want to call it an environment, and that is all.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.builders.adapter import Facts, Task, builder, pip_install

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-prefix"


def pip_prefix() -> ProgramBuilder:
    """The builder."""
    return builder("pip-prefix", "pip_prefix")


@frozen
class PipPrefix:
    """`pip install --prefix` with the base's own pip."""

    argument: str
    tool: str

    def describe(self) -> Facts:
        """What it is; pip's version is the interpreter's."""
        return Facts("pip install --prefix", "", HOMEPAGE)

    def build(self, task: Task) -> dict[str, str]:
        """The prefix that pip makes, with links to the base's programs."""
        programs = task.output / "bin"
        programs.mkdir(parents=True)
        pip_install(task, task.python, f"--prefix={task.output}")
        for name in (f"python{task.minor}", f"python{task.minor[0]}", "python"):
            program = task.python.with_name(name)
            if os.path.lexists(program):
                (programs / name).symlink_to(Path(program))
        return {"prefix": str(task.output)}


ADAPTER = PipPrefix
