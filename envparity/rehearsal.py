"""Rehearsals: what scenarios do in vanilla, with no builder beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.text import Text

from envparity.cell import Cell
from envparity.errors import EnvparityError
from envparity.plan import Settings, make_plan, planned
from envparity.report.terminal import printable
from envparity.step import StepOutcome
from envparity.workshop import Workshop


def rehearsals(settings: Settings) -> Iterator[Text]:
    """What each scenario of *settings* prints in vanilla, in lines.

    Without a choice of interpreters it is the newest. Raises EnvparityError for a command line
    that cannot be served; what goes wrong in one scenario is told in its place.
    """
    plan, workspace = make_plan(settings)
    try:
        newest = plan.interpreters[-1].label
        with (workshop := plan.workshop("rehearsal")).sandbox:
            for cell in planned(plan, plan.corpus()):
                if settings.python is not None or cell.interpreter.label == newest:
                    yield from _told(cell, workshop)
    finally:
        workspace.close()


def _told(cell: Cell, workshop: Workshop) -> Iterator[Text]:
    scenario = cell.scenario
    yield Text(f"{scenario.id} in vanilla {cell.interpreter.label}", style="bold")
    if skipped := cell.skipped(workshop):
        yield Text(f"  skipped: {skipped.reason}")
    elif not scenario.steps:
        yield Text("  the contract is the builder's: vanilla has no part in it")
    else:
        try:
            outcomes, roots = cell.rehearse(workshop)
        except EnvparityError as error:
            yield Text(f"  {printable(str(error))}", style="red")
        else:
            yield from _steps([step.run for step in scenario.steps], outcomes, roots.apply)
    yield Text("")


def _steps(
    runs: Sequence[str], outcomes: Sequence[StepOutcome], rooted: Callable[[str], str]
) -> Iterator[Text]:
    for number, (run, outcome) in enumerate(zip(runs, outcomes, strict=False), 1):
        start = f"  {number}. "
        for line in run.strip().split("\n"):
            yield Text(start + printable(line), style="bold")
            start = " " * len(start)
        texts = {"": outcome.stdout, "stderr: ": outcome.stderr}
        texts |= {f"{name}: ": text for name, text in outcome.files.items()}
        for name, text in texts.items():
            for line in rooted(text).removesuffix("\n").split("\n") if text else ():
                yield Text(f"     {name}{printable(line)}")
        if outcome.exit:
            yield Text(f"     exit status {outcome.exit}", style="dim")
