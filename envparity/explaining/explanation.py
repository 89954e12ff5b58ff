"""The explanation of a failing cell: the chain on both sides, and where the sides part."""

from __future__ import annotations

from attrs import frozen

from envparity.errors import NoFailure
from envparity.explaining.evidence import Evidence, observe, strace_of
from envparity.explaining.layers import (
    Facts,
    Layer,
    installed_facts,
    layer,
    telling,
    trios,
)
from envparity.subject import CONTROL, Subject
from envparity.verdict import Outcome, Verdict


@frozen
class Explanation:
    """What leads to the first difference of a cell."""

    verdict: Verdict
    step: int
    """Index of the step that is explained, from 0."""
    run: str
    """Its shell line."""
    program: str
    """The program of it that is explained."""
    layers: tuple[Layer, ...]
    traced: bool
    """Whether strace could be used; without it wrappers are seen by what comes out of them."""
    controlled: bool
    """Whether the reference is at parity here, so that harmless differences could be told."""

    @property
    def first(self) -> Layer | None:
        """The first layer at which the sides part."""
        return next((one for one in self.layers if one.parts), None)


def explain(subject: Subject) -> Explanation:
    """Explain the failing cell of *subject*.

    Raises NoFailure for a cell that does not fail, or in which nothing is run: a refusal, or a
    contract of builders.
    """
    verdict = subject.failure()
    cell = subject.cell
    if verdict.outcome is Outcome.REFUSED or not cell.scenario.steps:
        raise NoFailure(
            f"nothing is run in {verdict.scenario} with {verdict.builder}: {verdict.reason}",
            hint="a chain begins with a step in an environment",
        )
    workshop = subject.workshop
    strace = strace_of(workshop)
    number = verdict.differences[0].step
    try:
        home, environment = cell.sides(workshop)
        vanilla = observe(cell, home, workshop, number, strace=strace)
        names = list(vanilla.installed)
        theirs = observe(cell, environment, workshop, number, strace=strace, installed=names)
        control = _control(subject, number, strace, names)
    finally:
        workshop.release()
    step = cell.scenario.steps[number]
    return _explanation(verdict, number, step.run, vanilla, theirs, control)


def _control(
    subject: Subject, number: int, strace: str | None, names: list[str]
) -> Evidence | None:
    """What the reference does, where it is another builder and at parity."""
    if subject.cell.builder.name == CONTROL:
        return None
    control, workshop = subject.control, subject.workshop
    if control.judge(workshop).outcome is not Outcome.PARITY:
        return None
    _, environment = control.sides(workshop)
    return observe(control, environment, workshop, number, strace=strace, installed=names)


def _explanation(
    verdict: Verdict,
    number: int,
    run: str,
    vanilla: Evidence,
    theirs: Evidence,
    control: Evidence | None,
) -> Explanation:
    found = list(
        trios(
            vanilla.processes, theirs.processes, control.processes if control is not None else None
        )
    )
    trio = telling(found)
    layers = list(trio.layers) if trio is not None else []
    scripts = trio.scripts if trio is not None else ()
    layers.append(
        layer(
            "installed files",
            installed_facts(vanilla.installed, scripts),
            installed_facts(theirs.installed, scripts),
            None if control is None else installed_facts(control.installed, scripts),
        )
    )
    differing = [one for one in verdict.differences if one.step == number]
    left: Facts = {one.what: one.vanilla for one in differing}
    right: Facts = {one.what: one.environment for one in differing}
    # What the reference does is what vanilla does, or it would be no control.
    layers.append(layer("the outcome", left, right, left if control else None))
    return Explanation(
        verdict=verdict,
        step=number,
        run=run,
        program=trio.vanilla["command"] if trio is not None else "",
        layers=tuple(layers),
        traced=vanilla.traced and theirs.traced,
        controlled=control is not None,
    )
