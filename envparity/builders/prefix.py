"""`prefix:PATH`: an environment that exists already, whoever made it.

Nobody builds anything, so it gets the scenarios that bring no packages of their own, and only on
the interpreter that it was made from; every other cell is skipped, and says why.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from envparity.builders import Description, Inapplicable, Request
from envparity.cache import digest
from envparity.environment import Environment
from envparity.errors import BuilderError, UsageError
from envparity.sandbox import Command, Job
from envparity.vanilla import bare_base

if TYPE_CHECKING:
    from envparity.workshop import Workshop

#: Asks a Python, from 2.7 on, who it is.
_WHO = """
import json, platform, sys, sysconfig
json.dump({
    "version": platform.python_version(),
    "prefix": sys.prefix,
    "base": getattr(sys, "base_prefix", sys.prefix),
    "scripts": sysconfig.get_path("scripts"),
    "site": sysconfig.get_path("purelib"),
}, sys.stdout)
"""

#: Seconds it may think about that.
_PATIENCE = 60.0


def prefix(argument: str) -> PrefixBuilder:
    """The builder `prefix:ARGUMENT`; UsageError where there is no Python."""
    path = Path(argument).absolute()
    hint = "prefix:PATH takes the folder of an environment, with its Python in `bin`"
    if not argument or not path.is_dir():
        raise UsageError(f"prefix:{argument} names no folder", hint=hint)
    names = sorted(one.name for one in path.glob("bin/python*") if one.is_file())
    # The longest spelling is the one that is linked least.
    names = [name for name in names if re.fullmatch(r"python\d\.\d+t?", name)] or [
        name for name in names if name in {"python", "python2", "python3"}
    ]
    if not names:
        raise UsageError(f"prefix:{argument} has no Python in its `bin`", hint=hint)
    return PrefixBuilder(f"prefix:{argument}", path, path / "bin" / names[-1])


@frozen
class PrefixBuilder:
    """What is at *path*, where *python* is."""

    name: str
    path: Path
    python: Path
    program: Path | None = None

    @property
    def places(self) -> tuple[Path, ...]:
        """The environment itself."""
        return (self.path,)

    def describe(self, workshop: Workshop) -> Description:
        """The environment's Python; BuilderError when it does not start."""
        return Description("prefix", version=self._ask(workshop)["version"])

    def build(self, request: Request, workshop: Workshop) -> Environment:
        """The environment as it is; Inapplicable where it cannot be what is asked for."""
        if request.wheels:
            raise Inapplicable("brings packages, and the environment exists already")
        if request.shape != "plain":
            raise Inapplicable("is about the prefix's path, and the environment exists already")
        facts = self._facts(workshop)
        interpreter = request.interpreter
        base = Path(facts["base"])
        is_base = base.resolve() == interpreter.prefix.resolve()
        is_alone = facts["base"] == facts["prefix"] and not is_base
        if facts["version"] != interpreter.version or not (is_base or is_alone):
            raise Inapplicable(f"{self.path} is of Python {facts['version']} in {base}")
        hides = workshop.namespaces and self.path.resolve() != base.resolve()
        return Environment(
            prefix=self.path,
            python=self.python,
            scripts=Path(facts["scripts"]),
            site=Path(facts["site"]),
            mounts=bare_base(interpreter, workshop.cache) if hides else (),
        )

    def trial(self, request: Request, workshop: Workshop, again: str = "") -> Path:
        """Nobody builds it, so no contract binds it."""
        raise Inapplicable("is about a build, and the environment exists already")

    def _facts(self, workshop: Workshop) -> dict[str, Any]:
        """What its Python says of itself, asked once per run."""

        def ask(folder: Path) -> None:
            (folder / "facts.json").write_text(json.dumps(self._ask(workshop)))

        folder = workshop.claim(digest(self.name, "facts"), ask)
        facts: dict[str, Any] = json.loads((folder / "facts.json").read_text())
        return facts

    def _ask(self, workshop: Workshop) -> dict[str, Any]:
        cell = workshop.sandbox.cell
        job = Job(
            commands=(Command((str(self.python), "-c", _WHO), _PATIENCE),),
            cwd=cell / "tmp",
            environment={"HOME": str(cell / "tmp"), "LC_ALL": "C.UTF-8"},
            folders=(cell / "tmp",),
        )
        outcome = workshop.sandbox.run(job)[0]
        try:
            facts: dict[str, Any] = json.loads(outcome.stdout)
        except ValueError:
            words = outcome.stderr.strip().splitlines()[-1:] or [f"exit status {outcome.exit}"]
            raise BuilderError(
                f"{self.python} does not start: {words[0]}",
                hint="prefix:PATH takes an environment that works",
            ) from None
        return facts
