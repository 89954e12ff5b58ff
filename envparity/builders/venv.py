"""`venv` and `venv:system-site`: the standard library's own virtual environments (PEP 405).

`python -m venv`, then pip into it, as everybody does. The one shortcut: pip is not installed into
each of them (`--without-pip`) but runs from a folder of its own, which saves seconds and leaves
the same packages; tests/builders/test_venv.py compares.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.builders import Unsupported
from envparity.builders.adapter import Facts, Task, base_pip, builder, pip_install, run
from envparity.errors import UsageError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://docs.python.org/3/library/venv.html"


def venv(argument: str) -> ProgramBuilder:
    """The builder; UsageError for an *argument* that it does not have."""
    if argument not in {"", "system-site"}:
        raise UsageError(f"venv has no kind {argument!r}", hint="it has `venv:system-site`")
    return builder(f"venv:{argument}" if argument else "venv", "venv")


@frozen
class Venv:
    """`python -m venv`."""

    argument: str
    tool: str

    def describe(self) -> Facts:
        """What venv is; its version is the interpreter's."""
        return Facts("venv", "", HOMEPAGE)

    def build(self, task: Task) -> dict[str, str]:
        """A venv with the packages."""
        if task.minor == "2.7":
            raise Unsupported("Python 2.7 has no venv: it is new in 3.3 (PEP 405)")
        # Without it `python -m venv` as it is fails, and there is nothing to install with.
        base_pip(task)
        options = ["--system-site-packages"] if self.argument else []
        run(task.python, "-m", "venv", "--without-pip", *options, task.output)
        pip_install(task, task.output / "bin" / Path(f"python{task.minor}"))
        return task.venv_layout


ADAPTER = Venv
