"""`exec:PROGRAM`: any program that speaks the builder protocol (docs/how-it-works.md).

The program runs in the sandbox with a clean environment. HOME is a folder of its own that lasts
for the run and stays visible, read-only, where its environments are used, so that a builder may
keep a store there; the scratch folder is new for each build and stays visible as well.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from envparity.builders import Description, Refused, Request, Unsupported
from envparity.cache import digest, remove_tree, write_atomically
from envparity.environment import Environment
from envparity.errors import BuilderError, UsageError
from envparity.sandbox import Bind, Command, Job
from envparity.vanilla import bare_base

if TYPE_CHECKING:
    from envparity.step import StepOutcome
    from envparity.workshop import Workshop

PROTOCOL = 1
REFUSED, UNSUPPORTED = 3, 4

#: Seconds a builder has for one answer.
DESCRIBE_TIMEOUT = 60.0
BUILD_TIMEOUT = 300.0

#: Below the cell: what lies above the environment, by the scenario's prefix shape. 200 bytes are
#: more than a shebang line could hold before Linux 5.1 and, with the program's name, most of
#: what it holds today.
SHAPES = {
    "plain": "opt",
    "space": "opt/with space",
    "non-ascii": "opt/préfixe-ünï-前",
    "long": "opt/" + "/".join(["long-" * 9 + "path"] * 4),
    "symlinked-parent": "current",
}


@frozen
class ProgramBuilder:
    """A program that is asked `describe` and `build REQUEST.json`."""

    name: str
    argv: tuple[str, ...]
    python_path: Path | None = None
    """For in-tree builders: where Python finds their package."""
    build_timeout: float = BUILD_TIMEOUT

    def describe(self, workshop: Workshop) -> Description:
        """What the program says of itself."""
        outcome = self._run(workshop, ("describe",), timeout=DESCRIBE_TIMEOUT)
        try:
            facts = json.loads(outcome.stdout)
            if not isinstance(facts, dict) or facts.get("protocol") != PROTOCOL:
                raise ValueError
            return Description(
                name=str(facts["name"]),
                version=str(facts.get("version", "")),
                homepage=str(facts.get("homepage", "")),
                fingerprint=facts.get("fingerprint"),
            )
        except (ValueError, KeyError):
            raise BuilderError(
                f"builder {self.name} does not describe itself: {_gist(outcome)}",
                hint=f'`describe` prints one JSON object with "protocol": {PROTOCOL} and "name"',
            ) from None

    def build(self, request: Request, workshop: Workshop) -> Environment:
        """The environment that the program makes for *request*, built once per run."""
        folder = self.trial(request, workshop)
        answer = json.loads((folder / "answer.json").read_text())
        return self._environment(answer, request, workshop, folder)

    def trial(self, request: Request, workshop: Workshop, again: str = "") -> Path:
        """The folder of a build: `answer.json`, and `out` and `scratch` as the program left them.

        There is one build per request and *again*. A trial with *again* gets wheels of its own
        that it may write to, so that it can be seen whether it did.
        """
        key = digest(
            self.name,
            request.interpreter.fingerprint,
            request.shape,
            again,
            *(wheel.digest for wheel in request.wheels),
        )
        folder = workshop.folder / "environments" / key
        answer = folder / "answer.json"
        with workshop.lock(f"environment-{key}"):
            if not answer.exists():
                remove_tree(folder)
                for name in ("out", "scratch", "request"):
                    (folder / name).mkdir(parents=True)
                wheels = workshop.wheel_folder
                if again:
                    wheels = folder / "wheels"
                    for wheel in request.wheels:
                        place = wheels / wheel.path.relative_to(workshop.wheel_folder)
                        place.parent.mkdir(parents=True)
                        shutil.copyfile(wheel.path, place)
                result = self._build(request, workshop, folder, wheels)
                write_atomically(answer, json.dumps(result))
        return folder

    def _build(
        self, request: Request, workshop: Workshop, folder: Path, wheel_folder: Path
    ) -> dict[str, Any]:
        """Run the program once; what came of it, as JSON."""
        parent = workshop.inside(folder / "out", "opt")
        output = self._output(request, parent, workshop)
        scratch = workshop.inside(folder / "scratch", "scratch")
        wheels = workshop.inside(wheel_folder, "wheels")
        message = {
            "protocol": PROTOCOL,
            "interpreter": {
                "executable": str(request.interpreter.executable),
                "prefix": str(request.interpreter.prefix),
                "version": request.interpreter.version,
                "implementation": request.interpreter.implementation,
            },
            "packages": [
                {
                    "name": wheel.name,
                    "version": wheel.version,
                    "wheel": str(wheels / wheel.path.relative_to(workshop.wheel_folder)),
                    "requires": list(wheel.requires),
                }
                for wheel in request.wheels
            ],
            "output": str(output),
            "scratch": str(scratch),
        }
        (folder / "request" / "REQUEST.json").write_text(json.dumps(message, indent=1))
        outcome = self._run(
            workshop,
            ("build", str(workshop.inside(folder / "request", "request") / "REQUEST.json")),
            timeout=self.build_timeout,
            folder=folder,
            output=output,
            wheels=Bind(wheels, wheel_folder, writable=wheel_folder != workshop.wheel_folder),
        )
        last = (outcome.stdout.strip().splitlines() or [""])[-1]
        prefix = output
        if last.startswith("{"):
            try:
                prefix = Path(json.loads(last)["prefix"])
            except (ValueError, KeyError, TypeError):
                return {"failed": f'its last line is not {{"prefix": …}}: {last[:100]!r}'}
        if outcome.timed_out:
            return {"failed": f"it was stopped after {self.build_timeout:g} s"}
        if outcome.exit == REFUSED:
            return {"refused": _last_line(outcome.stderr)}
        if outcome.exit == UNSUPPORTED:
            return {"unsupported": _last_line(outcome.stderr)}
        if outcome.exit != 0:
            return {"failed": _gist(outcome)}
        return {"prefix": str(prefix), "seconds": outcome.seconds}

    def _output(self, request: Request, parent: Path, workshop: Workshop) -> Path:
        shape = SHAPES[request.shape]
        if request.shape == "symlinked-parent":
            return parent.parent / shape / "env"
        return parent / Path(shape).relative_to("opt") / "env"

    def _run(
        self,
        workshop: Workshop,
        arguments: tuple[str, ...],
        *,
        timeout: float,
        folder: Path | None = None,
        output: Path | None = None,
        wheels: Bind | None = None,
    ) -> StepOutcome:
        """Run the program in the sandbox; for a build, with what it may read and write."""
        sandbox = workshop.sandbox
        cell = sandbox.cell
        home = self._home(workshop)
        mounts = [Bind(cell / "builder", home, writable=True)]
        folders = [cell / "tmp"]
        links: list[tuple[Path, Path]] = []
        cwd = cell / "tmp"
        if folder is not None and output is not None and wheels is not None:
            mounts += [
                Bind(cell / "opt", folder / "out", writable=True),
                Bind(cell / "scratch", folder / "scratch", writable=True),
                Bind(cell / "request", folder / "request"),
                wheels,
            ]
            cwd = workshop.inside(folder / "scratch", "scratch")
            if output.parent.name == SHAPES["symlinked-parent"]:
                links.append((output.parent, workshop.inside(folder / "out", "opt")))
            else:
                folders.append(output.parent)
        environment = {
            "PATH": os.pathsep.join(workshop.system_path),
            "HOME": str(workshop.inside(home, "builder")),
            "TMPDIR": str(cell / "tmp"),
            "LC_ALL": "C.UTF-8",
        }
        if self.python_path is not None:
            environment["PYTHONPATH"] = str(self.python_path)
            environment["PYTHONPYCACHEPREFIX"] = f"{environment['HOME']}/.cache/pycache"
        job = Job(
            commands=(Command((*self.argv, *arguments), timeout),),
            cwd=cwd,
            environment=environment,
            mounts=tuple(mounts) if sandbox.namespaces else (),
            folders=tuple(folders),
            links=tuple(links),
        )
        return sandbox.run(job)[0]

    def _home(self, workshop: Workshop) -> Path:
        home = workshop.folder / "builders" / digest(self.name)
        home.mkdir(parents=True, exist_ok=True)
        return home

    def _environment(
        self, answer: Mapping[str, Any], request: Request, workshop: Workshop, folder: Path
    ) -> Environment:
        """What cells see of a build that ended with *answer*, after a look at what is there."""
        if "refused" in answer:
            raise Refused(answer["refused"])
        if "unsupported" in answer:
            raise Unsupported(answer["unsupported"])
        if "failed" in answer:
            raise BuilderError(f"builder {self.name} failed: {answer['failed']}")
        prefix = Path(answer["prefix"])
        binds = {
            workshop.inside(folder / "out", "opt"): folder / "out",
            workshop.inside(folder / "scratch", "scratch"): folder / "scratch",
            workshop.inside(self._home(workshop), "builder"): self._home(workshop),
        }
        links: tuple[tuple[Path, Path], ...] = ()
        opt = workshop.inside(folder / "out", "opt")
        real = prefix
        if request.shape == "symlinked-parent":
            current = opt.parent / SHAPES[request.shape]
            links = ((current, opt),)
            if prefix.is_relative_to(current):
                real = opt / prefix.relative_to(current)
        environment = Environment.at(prefix, request.interpreter, links=links)
        for inside, outside in binds.items():
            if real.is_relative_to(inside):
                self._check(environment, outside / real.relative_to(inside))
                break
        else:
            raise BuilderError(f"builder {self.name} names a prefix that it cannot own: {prefix}")
        if not workshop.namespaces:
            return environment
        return evolve(
            environment,
            mounts=(
                *bare_base(request.interpreter, workshop.cache),
                *(Bind(inside, outside) for inside, outside in binds.items()),
            ),
        )

    def _check(self, environment: Environment, outside: Path) -> None:
        """BuilderError unless there is an environment, seen from the outside at *outside*."""
        if not outside.is_dir():
            raise BuilderError(f"builder {self.name} exited with 0 but made no environment")
        program = environment.python.relative_to(environment.prefix)
        if not os.path.lexists(outside / program):
            raise BuilderError(
                f"builder {self.name} made an environment without {program}",
                hint="an environment has the interpreter's own programs",
            )


def executable(argument: str) -> ProgramBuilder:
    """The builder `exec:ARGUMENT`; UsageError when there is no such program."""
    path = shutil.which(argument) if argument else None
    if path is None:
        raise UsageError(
            f"exec:{argument} names no executable program",
            hint="exec:PROGRAM takes a path, or a name on PATH, of something with mode +x",
        )
    return ProgramBuilder(name=f"exec:{argument}", argv=(str(Path(path).absolute()),))


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else "(no reason given)"


def _gist(outcome: StepOutcome) -> str:
    """One line that says how a program ended."""
    if outcome.timed_out:
        return "it was stopped at its time limit"
    ending = f"exit status {outcome.exit}"
    if outcome.exit < 0:
        ending = f"killed by signal {-outcome.exit}"
    words = _last_line(outcome.stderr or outcome.stdout)
    return f"{ending}: {words}"
