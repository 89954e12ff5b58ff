"""The one cell that `envparity shrink` and `envparity explain` are about.

It is named as in the rerun line of a report: a scenario, a builder, an interpreter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from attrs import evolve, frozen

from envparity import builders
from envparity.cell import Cell
from envparity.corpus import data_folder
from envparity.errors import NoFailure, UsageError
from envparity.interruption import interruptible
from envparity.plan import Plan, Settings, make_plan
from envparity.verdict import Verdict
from envparity.workshop import Workshop

#: What every builder is compared with besides vanilla.
CONTROL = "reference"


@frozen
class Subject:
    """A cell, where it is run, and the plan that both come from."""

    cell: Cell
    workshop: Workshop
    plan: Plan

    @property
    def control(self) -> Cell:
        """The same scenario and interpreter with the reference builder."""
        return evolve(self.cell, builder=builders.parse(CONTROL, self.plan.data))

    def failure(self) -> Verdict:
        """The cell's verdict; NoFailure unless something differs or is refused in it."""
        verdict = self.cell.judge(self.workshop)
        if verdict.outcome.is_deviation:
            return verdict
        reason = f": {verdict.reason}" if verdict.reason else ""
        raise NoFailure(
            f"{verdict.scenario} with {verdict.builder} on {verdict.python} does not fail; "
            f"it ended in {verdict.outcome}{reason}",
            hint="`envparity run` shows which cells do",
        )


@contextlib.contextmanager
def open_subject(scenario: str, settings: Settings, *, control: bool = False) -> Iterator[Subject]:
    """Plan a run of one cell; what it needs is removed afterwards.

    *scenario* is a full name; *settings* has one builder and selects one interpreter, or none,
    which is the newest. With *control* the reference is planned as well. Raises UsageError for
    anything that is not one cell.
    """
    names = builders.expand(settings.builders, data_folder())
    if len(names) != 1:
        raise UsageError(
            f"a cell has one builder, not {len(names)}", hint="name one with --builder"
        )
    asked = (*names, CONTROL) if control and names != (CONTROL,) else names
    with contextlib.ExitStack() as stack:
        stack.enter_context(interruptible())
        plan, workspace = make_plan(
            evolve(settings, builders=asked, scenarios=(scenario,), fresh=True)
        )
        stack.callback(workspace.close)
        corpus = plan.corpus()
        if len(corpus.scenarios) + len(corpus.broken) != 1:
            count = len(corpus.scenarios) + len(corpus.broken)
            first = corpus.scenarios[0].id if corpus.scenarios else next(iter(corpus.broken))
            raise UsageError(
                f"{scenario!r} names {count} scenarios, and a cell has one", hint=f"{first}, say"
            )
        for error in corpus.broken.values():
            raise error
        if settings.python is not None and len(plan.interpreters) != 1:
            labels = ", ".join(one.label for one in plan.interpreters)
            raise UsageError(
                f"a cell has one interpreter, and --python selects {labels}", hint="name one"
            )
        builder = builders.parse(names[0], plan.data)
        cell = Cell(corpus.scenarios[0], builder, plan.interpreters[-1], plan.found)
        workshop = plan.workshop("subject")
        with workshop.sandbox:
            yield Subject(cell, workshop, plan)
