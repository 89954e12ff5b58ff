"""From wheels to scenarios: one for each distribution that the user asked for."""

from __future__ import annotations

import re
import shlex
import shutil
import zipfile
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import tomli_w
from attrs import frozen
from installer.utils import parse_entrypoints
from packaging.utils import canonicalize_name

from envparity.builders.vanilla import VanillaBuilder
from envparity.cell import Cell
from envparity.index import LOCK, Lock
from envparity.scenario import load_scenario
from envparity.vanilla import vanilla_environment

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from envparity.interpreter import Interpreter
    from envparity.package import Wheel
    from envparity.workshop import Workshop

#: What prints a distribution's metadata and files, and imports its modules.
PROBE = Path(__file__).parents[1] / "_distribution_probe.py"

#: Seconds that one program or the imports may take.
PATIENCE = 120

ORIGIN = "https://packaging.python.org/en/latest/specifications/core-metadata/"


@frozen
class Trial:
    """A distribution that is tried: what was asked for, and the shell lines that are compared."""

    requirement: Requirement
    steps: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name, normalised; the scenario's as well."""
        return canonicalize_name(self.requirement.name)

    @classmethod
    def of(cls, requirement: Requirement, wheels: Iterable[Wheel]) -> Trial:
        """The trial of *requirement*, whose wheels, one for each interpreter, are *wheels*."""
        name = canonicalize_name(requirement.name)
        steps = [f"$PYTHON -I {PROBE.name} {name}"]
        programs = dict.fromkeys(
            program for wheel in wheels for program in programs_of(wheel.path, requirement.extras)
        )
        for program in map(shlex.quote, programs):
            # A program need not know these options: how it ends is what is compared.
            steps += [f'{program} {option}; echo "exit status $?"' for option in OPTIONS]
        return cls(requirement, tuple(steps))

    def without(self, lines: Iterable[str]) -> Trial:
        """This trial without the shell *lines*."""
        left_out = set(lines)
        return Trial(self.requirement, tuple(one for one in self.steps if one not in left_out))

    def write(self, corpus: Path) -> Path:
        """Write the scenario below *corpus*, in the place of an older one; return its folder."""
        folder = corpus / "wild" / self.name
        if folder.exists():
            shutil.rmtree(folder)
        (folder / "work").mkdir(parents=True)
        shutil.copyfile(PROBE, folder / "work" / PROBE.name)
        extras = ",".join(sorted(self.requirement.extras))
        required = f"{self.name}[{extras}]" if extras else self.name
        text = tomli_w.dumps(
            {
                "summary": f"The distribution {self.name} has its files, imports and programs"[
                    :120
                ],
                "origin": [ORIGIN],
                "requirements": [required],
                "steps": [{"run": one, "timeout": PATIENCE} for one in self.steps],
            },
            multiline_strings=True,
        )
        (folder / "scenario.toml").write_text(text, encoding="utf-8")
        return folder


#: An entry point that needs extras, `name = module:object [extra, …]`.
_EXTRAS = re.compile(r"^([^=\n]*[^=\s])\s*=[^\[\n]*\[([^\]]*)\]\s*$", re.MULTILINE)

#: What each program is asked.
OPTIONS = ("--help", "--version")


def programs_of(wheel: Path, extras: Collection[str] = ()) -> list[str]:
    """The names of the programs that *wheel* brings, sorted.

    Those with windows are left out, and those that need other extras than *extras*.
    """
    found = set()
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = PurePosixPath(name)
            if path.match("*.dist-info/entry_points.txt"):
                text = archive.read(name).decode("utf-8")
                named = {entry[0] for entry in parse_entrypoints(text) if entry[3] == "console"}
                for program, needed in _EXTRAS.findall(text):
                    if not {one.strip() for one in needed.split(",")} <= set(extras):
                        named.discard(program)
                found |= named
            elif path.match("*.data/scripts/*") and not name.endswith("/"):
                found.add(path.name)
    return sorted(found)


def write_lock(corpus: Path, entries: Iterable[str]) -> Lock:
    """Write the lock that pins everything for the scenarios of *corpus*, and return it."""
    folder = corpus / "wild"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOCK).write_text("".join(entries), encoding="utf-8")
    return Lock.read(folder / LOCK)


def unsteady(folder: Path, interpreter: Interpreter, workshop: Workshop) -> list[str]:
    """The shell lines of the scenario in *folder* that cannot be compared, in vanilla itself.

    They do not end, or print more than can be kept, or something else each time.
    """
    (scenario,) = load_scenario(folder)
    cell = Cell(scenario, VanillaBuilder(), interpreter)
    wheels = workshop.wheels(scenario, interpreter)
    home = vanilla_environment(interpreter, wheels, workshop.cache, namespaces=workshop.namespaces)
    first, second = (cell.run_steps(home, workshop) for _ in range(2))
    workshop.release()
    lines = [step.run for step in scenario.steps]
    found = [
        line
        for line, one, other in zip(lines, first, second, strict=False)
        if one != other or one.timed_out or one.truncated
    ]
    # Nothing is run after a step that was stopped: what has not been seen is not trusted.
    return found + lines[min(len(first), len(second)) :]


def steady(
    trial: Trial, corpus: Path, interpreters: Sequence[Interpreter], workshop: Workshop
) -> tuple[Trial, list[str]]:
    """*trial* as it was written into *corpus*, and the lines that were left out of it."""
    folder = trial.write(corpus)
    left_out = dict.fromkeys(
        line for one in interpreters for line in unsteady(folder, one, workshop)
    )
    if left_out:
        trial = trial.without(left_out)
        trial.write(corpus)
    return trial, list(left_out)
