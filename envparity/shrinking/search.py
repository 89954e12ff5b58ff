"""Shrinking one cell, from the cell that fails to the folder of the smallest that does."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path

from attrs import evolve

from envparity import builders
from envparity.cache import Cache, remove_tree
from envparity.cell import Cell
from envparity.errors import UsageError
from envparity.scenario import read_scenario
from envparity.shrinking.account import comment
from envparity.shrinking.draft import Draft
from envparity.shrinking.reduction import Reduced, Reduction
from envparity.subject import CONTROL, Subject
from envparity.verdict import Outcome, Verdict
from envparity.workshop import Workshop


def shrink(
    subject: Subject,
    output: Path,
    *,
    seconds: float,
    tell: Callable[[int, Draft], None] = lambda *_: None,
) -> tuple[Reduced, Path]:
    """Reduce the failing cell of *subject*; the result and the scenario folder below *output*.

    Raises NoFailure for a cell that does not fail, and UsageError where there is something in
    the folder's place.
    """
    failure = subject.failure()
    start = Draft.of(subject.cell.scenario)
    place = output / start.theme / start.name
    if place.exists():
        raise UsageError(f"{place} is there already", hint="--output names another folder")
    # What candidates leave in the cache is of no use to anybody; the name is one that later
    # runs sweep away should this one be killed.
    above = subject.plan.settings.cache / "shrinking"
    above.mkdir(exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".draft-", dir=above))
    try:
        workshop = _private(subject.workshop, scratch)
        refused = failure.outcome is Outcome.REFUSED
        judge = _Judge(subject.cell, workshop, scratch, refused=refused)
        reduced = Reduction(start, judge, seconds=seconds, tell=tell).run()
    finally:
        remove_tree(scratch)
    try:
        folder = reduced.draft.write(output, comment(reduced, subject.cell.scenario.id))
    except OSError as error:
        raise UsageError(f"the scenario cannot be written: {error.strerror}", path=output) from None
    return reduced, folder


def _private(workshop: Workshop, scratch: Path) -> Workshop:
    """*workshop* with a cache of its own."""
    return Workshop(
        cache=Cache.at(scratch / "cache"),
        folder=workshop.folder,
        sandbox=workshop.sandbox,
        data=workshop.data,
        tools=workshop.tools,
        system_path=workshop.system_path,
    )


class _Judge:
    """Judges drafts as cells."""

    def __init__(self, cell: Cell, workshop: Workshop, scratch: Path, *, refused: bool) -> None:
        self._cell = cell
        self._refused = refused
        self._workshop = workshop
        self._scratch = scratch
        self._numbers = itertools.count()

    def __call__(self, draft: Draft) -> Verdict:
        # A new folder for each: the workshop knows wheels by the folders they are made from.
        corpus = self._scratch / "corpus" / str(next(self._numbers))
        scenarios, errors = read_scenario(draft.write(corpus))
        try:
            if errors:
                return self._cell.verdict(Outcome.ERROR, str(errors[0]))
            cell = evolve(self._cell, scenario=scenarios[0])
            return self._objection(cell) or cell.judge(self._workshop)
        finally:
            remove_tree(corpus)

    def _objection(self, cell: Cell) -> Verdict | None:
        """What is wrong with a scenario that vanilla is not asked about when it is judged."""
        if cell.scenario.steps and not self._refused:
            return None
        # A contract has no oracle but a builder that keeps it: without this, what nobody has to
        # refuse would pass for the smallest set that has to be refused.
        name = "vanilla" if cell.scenario.steps else CONTROL
        oracle = builders.parse(name, self._workshop.data)
        verdict = evolve(cell, builder=oracle).judge(self._workshop)
        if verdict.outcome is Outcome.PARITY:
            return None
        return cell.verdict(Outcome.ERROR, f"{name} does otherwise: {verdict.reason}")
