"""The smoke test of an adapter: describe, build, start, package, program, up to what breaks.

The first three are asked of the builder and of what it built; the last two are cells of the
corpus, judged like any other.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, field, frozen

from envparity import builders
from envparity.builders import Builder, Inapplicable, Refused, Request, Unsupported
from envparity.builders.program import ENDING, QUESTION, ProgramBuilder
from envparity.cache import Cache
from envparity.cell import Cell
from envparity.corpus import data_folder
from envparity.environment import Environment
from envparity.errors import BuilderError, EnvparityError, UsageError
from envparity.interpreter import Interpreter, discover, paths_named, select
from envparity.plan import Settings, make_plan
from envparity.sandbox import Command, Job
from envparity.scenario import Scenario, load_scenario
from envparity.smoking.advice import Stage, advice
from envparity.step import StepOutcome
from envparity.verdict import Outcome, Verdict
from envparity.workshop import Workshop

#: The cells: each asks one thing of the environment, and fails for few reasons.
PACKAGE = "packages/module-and-package"
PROGRAMS = ("scripts/entry-point", "scripts/shell-program")

#: What a Python from 2.7 on is asked: which one it is, and where it looks for modules.
VERSION = "import platform; print(platform.python_version())"
SEARCH_PATH = "import sys; print('\\n'.join(filter(None, sys.path)))"

#: Seconds for either answer.
PATIENCE = 60.0


@frozen
class Exchange:
    """What the builder was asked, and how it answered."""

    asked: str
    outcome: StepOutcome


@frozen
class Finding:
    """How one stage ended: parity if it works."""

    stage: Stage
    ending: Outcome
    words: str
    """One line: what there is, or what is wrong."""
    advice: str = ""
    """What to look at; empty unless it broke."""
    exchange: Exchange | None = None
    verdict: Verdict | None = None
    """The cell that differs, if it is one."""
    evidence: tuple[str, ...] = ()
    """What was seen of the environment besides, one line each."""

    @property
    def goes_on(self) -> bool:
        """Whether the stages that rest on this one can be tried."""
        return self.ending in {Outcome.PARITY, Outcome.SKIPPED}


@frozen
class SmokeTest:
    """A builder, the interpreter that it is tried on, and where."""

    builder: Builder
    interpreter: Interpreter
    found: tuple[Interpreter, ...]
    workshop: Workshop
    corpus: Path = field(factory=lambda: data_folder() / "scenarios")

    def run(self) -> Iterator[Finding]:
        """One finding per stage, up to the first that does not end well."""
        stages = {
            Stage.DESCRIBE: self._describe,
            Stage.BUILD: self._build,
            Stage.START: self._start,
            Stage.PACKAGE: self._package,
            Stage.PROGRAM: self._program,
        }
        for stage, look in stages.items():
            try:
                finding = look()
            except Inapplicable as reason:
                finding = Finding(stage, Outcome.SKIPPED, str(reason))
            except Unsupported as reason:
                finding = Finding(stage, Outcome.UNSUPPORTED, str(reason))
            yield finding
            if not finding.goes_on:
                return

    def _describe(self) -> Finding:
        try:
            said = self.builder.describe(self.workshop)
        except BuilderError as error:
            exchange = None
            if isinstance(self.builder, ProgramBuilder):
                exchange = Exchange("describe", self.builder.introduction(self.workshop))
            return _broken(Stage.DESCRIBE, error.message, exchange=exchange)
        return Finding(Stage.DESCRIBE, Outcome.PARITY, f"{said.name} {said.version}".strip())

    def _build(self) -> Finding:
        empty, full = self._request(), self._request(self._scenario(PACKAGE))
        words = "without packages"
        if broken := self._attempt(empty):
            return broken
        with contextlib.suppress(Inapplicable):
            if broken := self._attempt(full):
                return broken
            names = " and ".join(wheel.name for wheel in full.wheels)
            words = f"{words}, and with {names}"
        return Finding(Stage.BUILD, Outcome.PARITY, words)

    def _attempt(self, request: Request) -> Finding | None:
        """What is wrong with the building of *request*, or None."""
        try:
            self.builder.build(request, self.workshop)
        except Refused as reason:
            words = f"refused: {reason}"
        except BuilderError as error:
            words = error.message
        else:
            return None
        return _broken(Stage.BUILD, words, exchange=self._exchange(request))

    def _start(self) -> Finding:
        environment = self.builder.build(self._request(), self.workshop)
        outcome = self._ask(environment, VERSION)
        version = outcome.stdout.strip()
        if outcome.exit != 0:
            last = (outcome.stderr.strip().splitlines() or ["it says nothing"])[-1]
            words = f"its Python ends with {outcome.exit}: {last}"
        elif version != self.interpreter.version:
            words = f"it is Python {version}, and {self.interpreter.version} was asked for"
        else:
            return Finding(Stage.START, Outcome.PARITY, f"Python {version}")
        exchange = self._exchange(self._request())
        command = f"{environment.python} -c '{VERSION}'"
        evidence = (f"what was run: {command}", *_lines("it said", outcome.stderr))
        return _broken(
            Stage.START, words, outcome.stderr, exchange=exchange, evidence=evidence
        )  # fmt: skip

    def _package(self) -> Finding:
        return self._judge(Stage.PACKAGE, (PACKAGE,))

    def _program(self) -> Finding:
        return self._judge(Stage.PROGRAM, PROGRAMS)

    def _judge(self, stage: Stage, names: tuple[str, ...]) -> Finding:
        """The worst of the cells *names*."""
        for name in names:
            scenario = self._scenario(name)
            cell = Cell(scenario, self.builder, self.interpreter, self.found)
            verdict = cell.judge(self.workshop)
            if verdict.outcome is Outcome.SKIPPED:
                return Finding(stage, Outcome.SKIPPED, verdict.reason)
            if verdict.outcome is not Outcome.PARITY:
                symptoms = "\n".join(one.environment for one in verdict.differences)
                request = self._request(scenario)
                seen = tuple(self._seen(request))
                return _broken(
                    stage,
                    f"{name}: {verdict.reason}",
                    "\n".join((symptoms, *seen)),
                    exchange=self._exchange(request),
                    verdict=verdict,
                    evidence=seen,
                )
        return Finding(stage, Outcome.PARITY, ", ".join(names))

    def _seen(self, request: Request) -> Iterator[str]:
        """Where the environment's Python looks, and where the files of the packages are."""
        try:
            environment = self.builder.build(request, self.workshop)
            folder = self.builder.trial(request, self.workshop)
        except (BuilderError, Refused, Unsupported, Inapplicable):
            return
        yield from _lines("sys.path", self._ask(environment, SEARCH_PATH).stdout)
        yield f"programs are looked for in: {environment.scripts}"
        wanted = {"greet", "light-up", "greeter", "single.py"}
        out = folder / "out" / "env"
        prefix = environment.prefix
        places = sorted(path for path in out.rglob("*") if path.name in wanted)
        for place in places:
            yield f"found: {prefix / place.relative_to(out)}"
        if out.is_dir() and not places:
            yield f"found: none of the packages' files in {prefix}"

    def _exchange(self, request: Request) -> Exchange | None:
        """What a program was asked for *request* and how it ended; None where none is asked."""
        if not isinstance(self.builder, ProgramBuilder):
            return None
        folder = self.builder.trial(request, self.workshop)
        asked = (folder / QUESTION).read_text()
        outcome = StepOutcome.from_json(json.loads((folder / ENDING).read_text()))
        return Exchange(f"build REQUEST.json, which is\n{asked}", outcome)

    def _request(self, scenario: Scenario | None = None) -> Request:
        wheels = self.workshop.wheels(scenario, self.interpreter) if scenario else ()
        return Request(self.interpreter, wheels)

    def _scenario(self, name: str) -> Scenario:
        (scenario,) = load_scenario(self.corpus / name)
        return scenario

    def _ask(self, environment: Environment, code: str) -> StepOutcome:
        """What the environment's Python says to *code*, in a cell with nothing in it."""
        cell = self.workshop.sandbox.cell
        work = cell / "work"
        job = Job(
            commands=(Command((str(environment.python), "-c", code), PATIENCE),),
            cwd=work,
            environment={"PATH": "/usr/bin:/bin", "HOME": str(work), "LC_ALL": "C.UTF-8"},
            mounts=environment.mounts if self.workshop.namespaces else (),
            folders=(work,),
            links=environment.links,
        )
        return self.workshop.sandbox.run(job)[0]


def _broken(stage: Stage, words: str, symptoms: str = "", **facts: object) -> Finding:
    """A stage that broke, with what to look at."""
    exchange = facts.get("exchange")
    said = exchange.outcome.stderr if isinstance(exchange, Exchange) else ""
    told = advice(stage, "\n".join((words, symptoms, said)))
    return Finding(stage, Outcome.ERROR, words, told, **facts)  # type: ignore[arg-type]


def _lines(name: str, text: str) -> list[str]:
    return [f"{name}: {line}" for line in text.splitlines() if line.strip()]


@contextlib.contextmanager
def open_smoke_test(settings: Settings) -> Iterator[SmokeTest]:
    """Prepare a smoke test; what it needs is removed afterwards.

    *settings* has one builder and selects one interpreter, or none, which is the newest. Raises
    UsageError for anything else, and for a builder that there is not.
    """
    data = data_folder()
    names = builders.expand(settings.builders, data)
    if len(names) != 1:
        raise UsageError(f"one builder is tried, not {len(names)}", hint="name one with --builder")
    builder = builders.parse(names[0], data)
    found, _ = discover(paths_named(settings.python), cache_dir=Cache.at(settings.cache).folder)
    chosen = select(settings.python, found)
    if settings.python is not None and len(chosen) != 1:
        labels = ", ".join(one.label for one in chosen)
        raise UsageError(f"one interpreter is tried, and --python selects {labels}")
    # A plan describes its builders, and it is not yet known whether this one can.
    plan, workspace = make_plan(evolve(settings, builders=(), python=chosen[-1].label))
    try:
        plan = evolve(plan, settings=evolve(plan.settings, builders=names))
        workshop = plan.workshop("smoke")
        with workshop.sandbox:
            yield SmokeTest(builder, plan.interpreters[0], plan.found, workshop)
    except OSError as error:
        raise EnvparityError(f"{error.filename}: {error.strerror}") from None
    finally:
        workspace.close()
