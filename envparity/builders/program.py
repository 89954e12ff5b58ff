"""`exec:PROGRAM`: any program that speaks the builder protocol (docs/how-it-works.md).

The program runs in the sandbox with a clean environment. HOME is a folder of its own that lasts
for the run and stays visible, read-only, where its environments are used, so that a builder may
keep a store there; the scratch folder is new for each build and stays visible as well.
"""

from __future__ import annotations

import compileall
import functools
import json
import marshal
import os
import py_compile
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from envparity.builders import (
    PROTOCOL,
    REFUSED,
    UNSUPPORTED,
    Description,
    Refused,
    Request,
    Unsupported,
)
from envparity.builders.bench import Bench
from envparity.cache import Cache, digest, digest_of_files
from envparity.document import nearest_files
from envparity.environment import Environment
from envparity.errors import BuilderError, CacheError, UsageError
from envparity.sandbox import Bind, Command, Job, Mount
from envparity.scenario import tree
from envparity.vanilla import bare_base, vanilla_environment

if TYPE_CHECKING:
    from envparity.step import StepOutcome
    from envparity.workshop import Workshop

#: Seconds a builder has for one answer.
DESCRIBE_TIMEOUT = 60.0
BUILD_TIMEOUT = 300.0

#: What a builder may say of an environment in its last line.
LAYOUT = ("prefix", "scripts", "site", "store")

#: Where a build's folder has how the program ended, and what it was asked.
ENDING, QUESTION = "outcome.json", "request/REQUEST.json"


@frozen
class ProgramBuilder:
    """A program that is asked `describe` and `build REQUEST.json`."""

    name: str
    argv: tuple[str, ...]
    python_path: Path | None = None
    """For in-tree builders: where Python finds their package."""
    places: tuple[Path, ...] = ()
    """What cells have to see of the machine, even where folders are private otherwise."""
    bare_base: bool = False
    """Whether the builder sees the base without the packages that somebody once installed in it.

    In the environment's cells they are hidden from every builder's work.
    """
    build_timeout: float = BUILD_TIMEOUT
    program: Path | None = None
    """What the user calls it by, if it is no part of envparity."""
    keep: str = ""
    """For a builder with a store that is worth keeping: the name of its HOME in the cache."""
    store: Path | None = None
    """A folder of the machine in which somebody else puts the environment for it."""

    def introduction(self, workshop: Workshop) -> StepOutcome:
        """How the program ends that is asked to describe itself."""
        cell = workshop.sandbox.cell
        job = Job(
            commands=(Command((*self.argv, "describe"), DESCRIBE_TIMEOUT),),
            cwd=cell / "tmp",
            environment=self._variables(workshop),
            mounts=(Bind(cell / "builder", self._home(workshop), writable=True),),
            folders=(cell / "tmp",),
        )
        if not workshop.namespaces:
            job = evolve(job, mounts=())
        return workshop.sandbox.run(job)[0]

    def describe(self, workshop: Workshop) -> Description:
        """What the program says of itself."""
        outcome = self.introduction(workshop)
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
        except (ValueError, KeyError, RecursionError):
            raise BuilderError(
                f"builder {self.name} does not describe itself: {_gist(outcome)}",
                hint=f'`describe` prints one JSON object with "protocol": {PROTOCOL} and "name"',
            ) from None

    def build(self, request: Request, workshop: Workshop) -> Environment:
        """The environment that the program makes for *request*, built once per run."""
        folder = self.trial(request, workshop)
        answer = json.loads((folder / "answer.json").read_text())
        if "refused" in answer:
            raise Refused(answer["refused"])
        if "unsupported" in answer:
            raise Unsupported(answer["unsupported"])
        if "failed" in answer:
            raise BuilderError(f"builder {self.name} failed: {answer['failed']}")
        bench = self._bench(request, workshop, folder, workshop.wheel_folder)
        environment = Environment.at(
            Path(answer["prefix"]),
            request.interpreter,
            mounts=self._mounts(bench, request),
            links=bench.links,
        )
        return evolve(
            environment,
            scripts=Path(answer.get("scripts", environment.scripts)),
            site=Path(answer.get("site", environment.site)),
            store=Path(answer["store"]) if "store" in answer else None,
        )

    def trial(self, request: Request, workshop: Workshop, again: str = "") -> Path:
        """The folder of a build: `answer.json`, and `out` and `scratch` as the program left them.

        `outcome.json` has how the program ended, and `request` what it was asked.

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

        def make(folder: Path) -> None:
            for name in ("out", "scratch", "request"):
                (folder / name).mkdir()
            wheels = workshop.wheel_folder
            if again:
                wheels = folder / "wheels"
                wheels.mkdir()
                for wheel in request.wheels:
                    place = wheels / wheel.path.relative_to(workshop.wheel_folder)
                    place.parent.mkdir(parents=True)
                    shutil.copyfile(wheel.path, place)
            bench = self._bench(request, workshop, folder, wheels)
            answer = json.dumps(self._build(request, bench))
            (folder / "answer.json").write_text(answer)

        return workshop.claim(key, make)

    def _build(self, request: Request, bench: Bench) -> dict[str, Any]:
        """Run the program once; what came of it, as JSON."""
        message = json.dumps(bench.message(request), indent=1)
        (bench.folder / QUESTION).write_text(message)
        path = bench.seen("request") / "REQUEST.json"
        links = bench.links
        job = Job(
            commands=(Command((*self.argv, "build", str(path)), self.build_timeout),),
            cwd=bench.seen("scratch"),
            environment=self._variables(bench.workshop),
            mounts=(*self._base(request, bench.workshop), *bench.mounts(building=True)),
            folders=(
                bench.workshop.sandbox.cell / "tmp",
                *(() if links else (bench.output.parent,)),
            ),
            links=links,
        )
        outcome = bench.workshop.sandbox.run(job)[0]
        (bench.folder / ENDING).write_text(json.dumps(outcome.to_json()))
        if outcome.timed_out:
            return {"failed": f"it was stopped after {self.build_timeout:g} s"}
        if outcome.exit == REFUSED:
            return {"refused": _last_line(outcome.stderr)}
        if outcome.exit == UNSUPPORTED:
            return {"unsupported": _last_line(outcome.stderr)}
        if outcome.exit != 0:
            return {"failed": _gist(outcome)}
        layout = {"prefix": str(bench.output)}
        last = (outcome.stdout.strip().splitlines() or [""])[-1]
        if last.startswith("{"):
            try:
                layout = {name: str(Path(at)) for name, at in json.loads(last).items()}
                Path(layout["prefix"])
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
                return {"failed": f'its last line is not {{"prefix": …}}: {last[:100]!r}'}
            for name in layout:
                if name not in LAYOUT:
                    return {"failed": f"its last line has {name!r}, and may have {LAYOUT}"}
        problem = self._problem(Path(layout["prefix"]), bench, request)
        return {"failed": problem} if problem else layout

    def _problem(self, prefix: Path, bench: Bench, request: Request) -> str | None:
        """What keeps *prefix* from being an environment at all, or None."""
        is_stored = self.store is not None and prefix.is_relative_to(self.store)
        real = prefix if is_stored else bench.real(prefix)
        if real is None:
            return f"it names a prefix that it cannot own: {prefix}"
        if not real.is_dir():
            return "it exited with 0 but made no environment"
        python = Environment.at(prefix, request.interpreter).python
        job = Job(
            commands=(Command(("/bin/sh", "-c", 'test -f "$0" && test -x "$0"', str(python)), 60),),
            cwd=Path("/"),
            environment={},
            mounts=self._mounts(bench, request),
            links=bench.links,
        )
        if bench.workshop.sandbox.run(job)[0].exit != 0:
            return f"{python.relative_to(prefix)} in its environment is no program"
        return None

    def _base(self, request: Request, workshop: Workshop) -> tuple[Mount, ...]:
        """What hides packages of the base from the builder."""
        if not (self.bare_base and workshop.namespaces):
            return ()
        return vanilla_environment(request.interpreter, (), workshop.cache, namespaces=True).mounts

    def _mounts(self, bench: Bench, request: Request) -> tuple[Mount, ...]:
        """What a cell needs to see of the environment, and what it does not get to see."""
        if not bench.workshop.namespaces:
            return ()
        hidden = bare_base(request.interpreter, bench.workshop.cache)
        return (*hidden, *bench.mounts(building=False))

    def _bench(self, request: Request, workshop: Workshop, folder: Path, wheels: Path) -> Bench:
        return Bench(workshop, folder, self._home(workshop), wheels, request.shape)

    def _home(self, workshop: Workshop) -> Path:
        home = workshop.folder / "builders" / digest(self.name)
        if self.keep:
            # Stores name their own path, which is another one where nothing is contained.
            kind = "contained" if workshop.namespaces else "plain"
            home = workshop.cache.folder / "homes" / f"{self.keep}-{kind}"
        home.mkdir(parents=True, exist_ok=True)
        os.utime(home)  # so that the inventory knows that it was used
        return home

    def _variables(self, workshop: Workshop) -> dict[str, str]:
        """The whole environment of the program."""
        home = workshop.inside(self._home(workshop), "builder")
        variables = {
            "PATH": os.pathsep.join(workshop.system_path),
            "HOME": str(home),
            "TMPDIR": str(workshop.sandbox.cell / "tmp"),
            "LC_ALL": "C.UTF-8",
        }
        if self.python_path is not None:
            variables["PYTHONPATH"] = str(compiled(self.python_path, workshop.cache))
        return variables


@functools.cache
def compiled(data: Path, cache: Cache) -> Path:
    """A copy of the in-tree builders below *data*, with bytecode.

    The checkout may be read-only and is left as it is; without bytecode each build would compile
    the builder first.
    """
    packages = [data / name for name in ("reference", "bugs") if (data / name).is_dir()]
    sources = [path for folder in packages for path in tree(folder).values()]

    def copy(draft: Path) -> None:
        for folder in packages:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(folder, draft / folder.name, ignore=ignored)
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        done = compileall.compile_dir(draft, quiet=2, invalidation_mode=mode)
        if not (done and all(map(_is_whole, draft.rglob("*.pyc")))):
            raise CacheError("the cache cannot be written", path=cache.folder, hint="disk full?")

    name = digest(sys.version, *map(str, sources), digest_of_files(*sources))
    return cache.tree("builders", name, copy)


def _is_whole(compiled: Path) -> bool:
    """Whether a .pyc file is complete; before 3.13 a full disk leaves half of one (gh-126606)."""
    try:
        marshal.loads(compiled.read_bytes()[16:])
    except (EOFError, ValueError, TypeError):
        return False
    return True


def executable(argument: str) -> ProgramBuilder:
    """The builder `exec:ARGUMENT`; UsageError when there is no such program."""
    path = shutil.which(argument) if argument else None
    if path is None:
        hint = "exec:PROGRAM takes a path, or a name on PATH, of something with mode +x"
        close = nearest_files(Path(argument)) if argument else None
        raise UsageError(
            f"exec:{argument} names no executable program",
            hint=f"{hint}; {close}" if close else hint,
        )
    program = Path(path).absolute()
    return ProgramBuilder(
        f"exec:{argument}", (str(program),), places=(program.parent,), program=program
    )


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
