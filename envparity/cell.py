"""A cell: one scenario, one builder, one interpreter, run on both sides and judged."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import evolve, frozen

from envparity import capability
from envparity.builders import Builder, Inapplicable, Refused, Request, Unsupported
from envparity.cache import digest, digest_of_files
from envparity.comparison import Difference, Rerooting, compare
from envparity.contract import check_contract
from envparity.environment import Environment
from envparity.errors import CorpusError, EnvparityError, PackageUnavailable, SandboxError
from envparity.exhibit import Scene
from envparity.interpreter import Interpreter
from envparity.sandbox import Bind, Command, Job
from envparity.scenario import Scenario
from envparity.step import StepOutcome
from envparity.stopwatch import BUILD, ORACLE, STEPS
from envparity.vanilla import LAYOUT, vanilla_environment
from envparity.verdict import Outcome, Verdict
from envparity.workshop import WHEELWRIGHT, Workshop

#: Seconds a step has unless the scenario says otherwise.
STEP_TIMEOUT = 60.0

_HERE = Path(__file__).parent
#: The modules that decide what a step sees.
HARNESS_FILES = (
    "cell.py",
    "sandbox.py",
    "_sandbox_server.py",
    "_sandbox_namespaces.py",
    "_sandbox_limits.py",
)
#: Changes with them, and with what lays packages out and makes wheels of them.
HARNESS = digest(
    LAYOUT,
    WHEELWRIGHT,
    digest_of_files(*(_HERE / name for name in HARNESS_FILES)),
)

#: Scenario, builder and the interpreter's label.
CellId = tuple[str, str, str]


@frozen
class Cell:
    """What a cell consists of. *others* are the run's interpreters, for `$OTHER_PYTHON`."""

    scenario: Scenario
    builder: Builder
    interpreter: Interpreter
    others: tuple[Interpreter, ...] = ()

    @property
    def id(self) -> CellId:
        """What tells it from the other cells of a run."""
        return self.scenario.id, self.builder.name, self.interpreter.label

    def judge(self, workshop: Workshop) -> Verdict:
        """Run the cell and say how it ended; what a person can put right is `error`."""
        began, used = time.monotonic(), workshop.sandbox.processor
        scene = Scene()
        try:
            verdict = self._attempt(workshop, scene)
            if verdict.outcome.is_failure:
                # Once released, the environment may be removed by another worker.
                verdict = evolve(verdict, exhibit=scene.exhibit())
        finally:
            workshop.release()
        spent = workshop.stopwatch.lap()
        return evolve(
            verdict,
            seconds=time.monotonic() - began,
            spent=spent,
            processor=workshop.sandbox.processor - used,
        )

    def skipped(self, workshop: Workshop) -> Verdict | None:
        """The verdict where the scenario does not apply here, which takes no process to see."""
        reason = inapplicable(self.scenario, self.interpreter, self.others, workshop)
        return self.verdict(Outcome.SKIPPED, reason) if reason else None

    def _attempt(self, workshop: Workshop, scene: Scene) -> Verdict:
        try:
            return self._judge(workshop, scene)
        except Refused as refusal:
            return self.verdict(Outcome.REFUSED, f"the builder refused: {refusal}")
        except (Inapplicable, PackageUnavailable) as reason:
            return self.verdict(Outcome.SKIPPED, str(reason))
        except Unsupported as reason:
            return self.verdict(Outcome.UNSUPPORTED, str(reason))
        except EnvparityError as error:
            return self.verdict(Outcome.ERROR, str(error))
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return self.verdict(Outcome.ERROR, f"{where}{error.strerror or error}")

    def _judge(self, workshop: Workshop, scene: Scene) -> Verdict:
        scenario, interpreter = self.scenario, self.interpreter
        if skipped := self.skipped(workshop):
            return skipped
        if scenario.refuses or scenario.guarantee:
            with workshop.stopwatch.measure(BUILD):
                return self.verdict(*check_contract(scenario, self.builder, interpreter, workshop))
        home, environment = self.sides(workshop)
        scene.environments.append(environment)
        vanilla = self._vanilla(home, workshop, scene=scene)
        roots = Rerooting.of(home, interpreter), Rerooting.of(environment, interpreter)
        theirs, recalled = self._observe(environment, workshop)
        scene.theirs[:] = theirs
        differences = compare(scenario.steps, vanilla, roots[0], theirs, roots[1])
        if differences:
            # A false alarm is the worst that can happen: before anybody is blamed, both sides
            # have to say the same again. What was said once may be about another machine.
            if recalled:
                theirs, recalled = self._observe(environment, workshop, fresh=True)
                scene.theirs[:] = theirs
            again = self._vanilla(home, workshop, fresh=True)
            if again != vanilla:
                if self._vanilla(home, workshop, fresh=True) != again:
                    raise CorpusError(
                        "vanilla does not do the same twice",
                        path=scenario.path / "scenario.toml",
                        hint="print nothing that changes from run to run",
                    )
                differences = compare(scenario.steps, again, roots[0], theirs, roots[1])
        if differences:
            return self.verdict(Outcome.DIFFERS, gist(differences), tuple(differences))
        return evolve(self.verdict(Outcome.PARITY), recalled=recalled)

    def sides(self, workshop: Workshop) -> tuple[Environment, Environment]:
        """Vanilla and the builder's environment, with the scenario's packages in each.

        Raises what the builder does: Refused, Unsupported or BuilderError.
        """
        measure = workshop.stopwatch.measure
        with measure(BUILD):
            wheels = workshop.wheels(self.scenario, self.interpreter)
            environment = self.builder.build(
                Request(self.interpreter, wheels, self.scenario.prefix_shape), workshop
            )
        with measure(ORACLE):
            home = vanilla_environment(
                self.interpreter, wheels, workshop.cache, namespaces=workshop.namespaces
            )
        return home, environment

    def rehearse(self, workshop: Workshop) -> tuple[list[StepOutcome], Rerooting]:
        """What vanilla does, and how its prefix is re-rooted; no builder has a part in it.

        Raises CorpusError where vanilla does not do what the scenario declares.
        """
        wheels = workshop.wheels(self.scenario, self.interpreter)
        home = vanilla_environment(
            self.interpreter, wheels, workshop.cache, namespaces=workshop.namespaces
        )
        return self._vanilla(home, workshop), Rerooting.of(home, self.interpreter)

    def verdict(
        self, outcome: Outcome, reason: str = "", differences: Sequence[Difference] = ()
    ) -> Verdict:
        """The verdict on this cell that says *outcome*."""
        return Verdict(
            scenario=self.scenario.id,
            builder=self.builder.name,
            python=self.interpreter.label,
            outcome=outcome,
            reason=reason,
            differences=tuple(differences),
            summary=self.scenario.summary,
            origin=self.scenario.origin,
            digest=self.scenario.digest,
        )

    def _vanilla(
        self,
        home: Environment,
        workshop: Workshop,
        *,
        fresh: bool = False,
        scene: Scene | None = None,
    ) -> list[StepOutcome]:
        """What vanilla does, from the cache unless *fresh*; CorpusError if not as declared.

        *scene* gets it in either case.
        """
        scenario, interpreter = self.scenario, self.interpreter
        other = capability.other_python(interpreter, self.others)
        # What an index holds is no file of the scenario.
        pinned = workshop.wheels(scenario, interpreter) if scenario.requirements else ()
        key = digest(
            HARNESS,
            workshop.namespaces,
            interpreter.fingerprint,
            scenario.id,
            scenario.digest,
            *(wheel.digest for wheel in pinned),
            other.fingerprint if other and "two-pythons" in scenario.needs else "",
            capability.identities(scenario.needs, workshop.tools, workshop.system_path),
        )
        document = None if fresh else workshop.cache.read("outcomes", key)
        if document is not None:
            kept = [StepOutcome.from_json(one) for one in document]
            if self._is_whole(kept):
                if scene is not None:
                    scene.vanilla[:] = kept
                return kept
        with workshop.stopwatch.measure(ORACLE):
            outcomes = self.run_steps(home, workshop)
        if scene is not None:
            scene.vanilla[:] = outcomes
        self._check_declared(outcomes)
        workshop.cache.write("outcomes", key, [one.to_json() for one in outcomes])
        return outcomes

    def _observe(
        self, environment: Environment, workshop: Workshop, *, fresh: bool = False
    ) -> tuple[list[StepOutcome], bool]:
        """What the steps do in *environment*, and whether that was seen in an equal one before."""
        ledger = workshop.ledger
        known = ledger.observed(self, environment) if ledger is not None else None
        if known is not None and known.outcomes is not None and not fresh:
            return known.outcomes, True
        with workshop.stopwatch.measure(STEPS):
            outcomes = self.run_steps(environment, workshop)
        if known is not None:
            known.enter(outcomes)
        return outcomes, False

    def _check_declared(self, outcomes: Sequence[StepOutcome]) -> None:
        """CorpusError unless vanilla ended every step as declared, and printed something."""
        scenario = self.scenario
        path = scenario.path / "scenario.toml"
        for index, (step, outcome) in enumerate(zip(scenario.steps, outcomes, strict=False)):
            if outcome.timed_out:
                problem = "exceeds its time limit"
            elif outcome.truncated:
                problem = "prints more than the limit"
            elif outcome.exit != step.exit:
                problem = f"exits with {outcome.exit} where {step.exit} is declared"
            else:
                continue
            words = (outcome.stderr.strip() or outcome.stdout.strip()).splitlines()[-1:]
            said = f": {words[0][:200]}" if words else ""
            raise CorpusError(
                f"in vanilla {self.interpreter.label}, step {index + 1} {problem}{said}",
                path=path,
                line=scenario.step_line(index),
            )
        if not any(one.stdout or one.stderr or one.files for one in outcomes):
            raise CorpusError(
                f"in vanilla {self.interpreter.label}, the scenario prints nothing",
                path=path,
                hint="a scenario that shows nothing cannot fail",
            )

    def run_steps(self, environment: Environment, workshop: Workshop) -> list[StepOutcome]:
        """Run the scenario's steps in *environment*, in a fresh cell."""
        outcomes = workshop.sandbox.run(self.job(environment, workshop))
        if not self._is_whole(outcomes):
            raise SandboxError(f"{len(outcomes)} of {len(self.scenario.steps)} steps came back")
        if workshop.namespaces:
            return outcomes
        return [_without(one, str(workshop.sandbox.cell)) for one in outcomes]

    def _is_whole(self, outcomes: Sequence[StepOutcome]) -> bool:
        """Whether there is an outcome for each step, up to one that exceeded its time limit."""
        cut = bool(outcomes) and outcomes[-1].timed_out
        return cut or len(outcomes) == len(self.scenario.steps)

    def variables(self, environment: Environment, workshop: Workshop) -> dict[str, str]:
        """The shell variables that steps find set in *environment*, and not exported."""
        wheelhouse = workshop.wheelhouse(self.scenario, self.interpreter)
        other = capability.other_python(self.interpreter, self.others)
        return {
            "PREFIX": str(environment.prefix),
            "PYTHON": str(environment.python),
            "BIN": str(environment.scripts),
            "SITE": str(environment.site),
            "WHEELS": str(workshop.inside(wheelhouse, "wheels")) if wheelhouse else "",
            "CASE": self.scenario.case or "",
            "OTHER_PYTHON": str(other.executable) if other else "",
            "XY": self.interpreter.minor,
        }

    def job(self, environment: Environment, workshop: Workshop) -> Job:
        """What the sandbox is asked to do: the scenario's steps in *environment*."""
        scenario = self.scenario
        cell = workshop.sandbox.cell
        wheelhouse = workshop.wheelhouse(scenario, self.interpreter)
        mounts = list(environment.mounts)
        search = [*environment.search_path, *workshop.system_path]
        if any(need in workshop.tools for need in scenario.needs):
            tools = workshop.folder / "tools"
            mounts.append(Bind(cell / "tools", tools))
            search.append(str(workshop.inside(tools, "tools")))
        if wheelhouse is not None:
            mounts.append(Bind(cell / "wheels", wheelhouse))
        variables = self.variables(environment, workshop)
        prelude = "".join(f"{name}={shlex.quote(at)}; " for name, at in variables.items())
        work, home, tmp = (cell / name for name in ("work", "home", "tmp"))
        return Job(
            commands=tuple(
                Command(
                    ("/bin/sh", "-c", prelude + step.run),
                    step.timeout or STEP_TIMEOUT,
                    step.files,
                )
                for step in scenario.steps
            ),
            cwd=work,
            environment={
                "PATH": os.pathsep.join(search),
                "HOME": str(home),
                "TMPDIR": str(tmp),
                "LC_ALL": "C.UTF-8",
            },
            mounts=tuple(mounts) if workshop.namespaces else (),
            folders=(work, home, tmp),
            links=environment.links,
            copies=tuple(
                (source, work / name)
                for name, source in scenario.files(scenario.path / "work").items()
            ),
        )


def inapplicable(
    scenario: Scenario,
    interpreter: Interpreter,
    others: Sequence[Interpreter],
    workshop: Workshop,
) -> str | None:
    """Why *scenario* does not apply to *interpreter* here, or None when it does."""
    if scenario.python is not None and not scenario.python.contains(
        interpreter.version, prereleases=True
    ):
        return f"is about Python {scenario.python}"
    return capability.missing(
        scenario.needs,
        interpreter,
        others,
        workshop.tools,
        namespaces=workshop.namespaces,
        system_path=workshop.system_path,
    )


def gist(differences: Sequence[Difference]) -> str:
    """One line for a list of differences."""
    first = differences[0]
    more = f", and {len(differences) - 1} more" if len(differences) > 1 else ""
    return f"{first.what} of step {first.step + 1} differs{more}"


def _without(outcome: StepOutcome, cell: str) -> StepOutcome:
    """*outcome* with the folder of its cell named alike in every run and worker."""
    return evolve(
        outcome,
        stdout=outcome.stdout.replace(cell, "/cell"),
        stderr=outcome.stderr.replace(cell, "/cell"),
        files={name: text.replace(cell, "/cell") for name, text in outcome.files.items()},
    )
