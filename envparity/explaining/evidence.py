"""Evidence: one side's step under strace, and what the witness found when it had ended."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import string
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from envparity.cell import Cell
from envparity.comparison import Rerooting
from envparity.environment import Environment
from envparity.errors import SandboxError
from envparity.explaining.trace import OPTIONS
from envparity.sandbox import Command
from envparity.workshop import Workshop

_PACKAGE = Path(__file__).parents[1]

#: What runs in the sandbox when the step has ended: as the sandbox's server, with nothing but the
#: path of this package.
_WITNESS = (
    f"import sys; sys.path.insert(0, {str(_PACKAGE.parent)!r}); "
    "from envparity.explaining.witness import main; main()"
)
_PROBE = _PACKAGE / "_start_probe.py"

#: Seconds that the witness has, with all the probes it starts.
_PATIENCE = 300.0


@frozen
class Evidence:
    """What was seen of one side, with its prefix re-rooted."""

    processes: Sequence[Mapping[str, Any]]
    installed: Mapping[str, Mapping[str, Any]]
    traced: bool
    """Whether strace was there and could trace."""


def strace_of(workshop: Workshop) -> str | None:
    """Where steps find strace, or None."""
    return shutil.which("strace", path=os.pathsep.join(workshop.system_path))


def observe(
    cell: Cell,
    environment: Environment,
    workshop: Workshop,
    step: int,
    *,
    strace: str | None,
    installed: Sequence[str] | None = None,
) -> Evidence:
    """What step number *step* (from 0) of *cell* does in *environment*.

    *installed* are the files of packages to look at, relative to site-packages; vanilla's RECORDs
    name them where it is None. Raises SandboxError where a step before it does not end.
    """
    job = cell.job(environment, workshop)
    place = workshop.sandbox.cell / "trace"
    command = job.commands[step]
    if strace is not None:
        command = evolve(
            command, argv=(strace, *OPTIONS, "-o", str(place / "strace"), *command.argv)
        )
    message = {
        "trace": str(place) if strace is not None else None,
        "commands": command_words(
            cell.scenario.steps[step].run, cell.variables(environment, workshop)
        ),
        "environ": dict(job.environment),
        "cwd": str(job.cwd),
        "probe": _PROBE.read_text("utf-8"),
        "site": str(environment.site),
        "prefix": str(environment.prefix),
        "installed": installed,
    }
    argv = (sys.executable, "-I", "-S", "-c", _WITNESS, json.dumps(message))
    job = evolve(
        job,
        commands=(*job.commands[:step], command, Command(argv, _PATIENCE)),
        folders=(*job.folders, place),
    )
    outcomes = workshop.sandbox.run(job)
    words = outcomes[-1].stderr.strip().splitlines()
    if len(outcomes) != len(job.commands) or outcomes[-1].exit != 0:
        why = words[-1] if words else "it was stopped at its time limit"
        raise SandboxError(f"step {len(outcomes)} cannot be looked at: {why}")
    said = outcomes[-1].stdout
    if not workshop.namespaces:
        said = said.replace(str(workshop.sandbox.cell), "/cell")
    found = json.loads(said)
    if strace is not None and not found["traced"]:
        # ptrace(2) is forbidden here, and the step has not been run at all.
        return observe(cell, environment, workshop, step, strace=None, installed=installed)
    found = _rerooted(found, Rerooting.of(environment, cell.interpreter))
    return Evidence(found["processes"], found["installed"], found["traced"])


def _rerooted(value: Any, roots: Rerooting) -> Any:
    if isinstance(value, str):
        return roots.apply(value)
    if isinstance(value, list):
        return [_rerooted(one, roots) for one in value]
    if isinstance(value, dict):
        return {roots.apply(key): _rerooted(one, roots) for key, one in value.items()}
    return value


def command_words(run: str, variables: Mapping[str, str]) -> list[list[str]]:
    """The words of the commands in a shell line, as far as they can be told without a shell."""
    found = []
    for command in re.split(r"&&|\|\||[;|\n]", run):
        try:
            words = shlex.split(string.Template(command).safe_substitute(variables))
        except ValueError:  # a quote that goes on beyond the separator
            continue
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            del words[0]
        if words:
            found.append(words)
    return found
