"""A corpus as pytest collects it: a directory of cells, each of which is a test.

Whoever judges cells reads the plan and collects from it; nothing is started for that.
"""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from envparity.cell import Cell
from envparity.errors import EnvparityError
from envparity.plan import Plan, planned
from envparity.report import terminal
from envparity.verdict import NOBODY, Outcome, Verdict

if TYPE_CHECKING:
    from envparity.cache import Workspace
    from envparity.workshop import Workshop


class Worker:
    """Collects and judges cells; with `-n 0` the controller does it itself."""

    def __init__(self, plan: Plan, name: str, workspace: Workspace | None = None) -> None:
        self.plan = plan
        self.name = name
        self.corpus = plan.corpus()
        self._own = workspace
        self._workshop: Workshop | None = None

    @property
    def workshop(self) -> Workshop:
        """The workshop, opened when the first cell needs it."""
        if self._workshop is None:
            self._workshop = self.plan.workshop(self.name)
        return self._workshop

    def pytest_collect_directory(
        self, path: Path, parent: pytest.Collector
    ) -> pytest.Collector | None:
        """The corpus is one collector: nothing below it is walked."""
        if path == self.plan.settings.corpus:
            directory: CorpusDirectory = CorpusDirectory.from_parent(parent, path=path)
            directory.worker = self
            return directory
        return None

    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """With a builder, the corpus is what is asked for, and no other tests beside it."""
        corpus = self.plan.settings.corpus
        return not (collection_path == corpus or corpus.is_relative_to(collection_path))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Dear cells first, or shuffled when asked; every worker does it alike."""
        rank = {cell: number for number, cell in enumerate(self.plan.durations)}

        def place(item: pytest.Item) -> int:
            known = rank.get(item.cell.id) if isinstance(item, CellItem) else None
            return len(rank) if known is None else known

        items.sort(key=place)
        if self.plan.settings.shuffle is not None:
            random.Random(self.plan.settings.shuffle).shuffle(items)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_unconfigure(self) -> Generator[None, object, object]:
        """Close the sandbox."""
        self.close()
        return (yield)

    def close(self) -> None:
        """End what the cells ran in; the workspace too, where it is this worker's alone."""
        if self._workshop is not None:
            self._workshop.sandbox.close()
        if self._own is not None:
            self._own.close()


class CorpusDirectory(pytest.Directory):
    """The corpus as pytest sees it."""

    worker: Worker

    def collect(self) -> Iterator[pytest.Item]:
        """One item per cell, and one for each scenario that cannot be read."""
        worker = self.worker
        shard = worker.plan.settings.shard
        # What cannot be read is told once, by the first shard.
        unreadable = worker.corpus.broken if shard is None or shard.part == 1 else {}
        for name, error in unreadable.items():
            broken: BrokenItem = BrokenItem.from_parent(self, name=f"{name}[unreadable]")
            broken.error = error
            broken.scenario_id = name
            yield broken
        for cell in planned(worker.plan, worker.corpus, left=True):
            item: CellItem = CellItem.from_parent(self, name=item_name(cell))
            item.cell = cell
            item.worker = worker
            yield item


def item_name(cell: Cell) -> str:
    """The last part of the cell's node id."""
    case = f"{cell.scenario.case}-" if cell.scenario.case is not None else ""
    scenario = f"{cell.scenario.theme}/{cell.scenario.name}"
    return f"{scenario}[{case}{cell.builder.name}-{cell.interpreter.label}]"


class ParityFailure(Exception):
    """A cell that is not at parity."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict


def _utf_8(text: str) -> str:
    """*text* with bytes that are no UTF-8 (PEP 383) shown: xdist cannot carry them otherwise."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class _Item(pytest.Item):
    """What both kinds of item have in common: a verdict, told as a story."""

    def conclude(self, verdict: Verdict) -> None:
        """Keep *verdict* for the report, and pass, skip or fail."""
        self.stash[VERDICT] = verdict
        if verdict.is_failure:
            raise ParityFailure(verdict)
        if verdict.expected:
            pytest.xfail(verdict.expected)
        if verdict.outcome is not Outcome.PARITY:
            pytest.skip(_utf_8(f"{verdict.outcome}: {verdict.reason}"))

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        """The story of the difference instead of a traceback."""
        if isinstance(excinfo.value, ParityFailure):
            console = terminal.make_console(color=False)
            with console.capture() as capture:
                for story in terminal.stories([excinfo.value.verdict], limit=None):
                    console.print(story, soft_wrap=True)
            return _utf_8(capture.get().rstrip())
        return str(super().repr_failure(excinfo))


class CellItem(_Item):
    """One cell as a test."""

    cell: Cell
    worker: Worker

    def runtest(self) -> None:
        """Judge the cell."""
        plan, verdict = self.worker.plan, None
        if plan.ledger is not None and not plan.settings.recall:
            verdict = plan.ledger.recall(self.cell)
        if verdict is None:
            verdict = self.cell.judge(self.worker.workshop)
            if plan.ledger is not None:
                plan.ledger.enter(self.cell, verdict)
        if not plan.settings.evidence:
            verdict = evolve(verdict, exhibit=None)
        self.conclude(plan.expected(verdict, self.cell.interpreter.version))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the scenario is; a line has to be named where another plugin skips the cell."""
        return self.cell.scenario.path / "scenario.toml", 0, self.name


class BrokenItem(_Item):
    """A scenario that cannot be read: an error that leaves the other cells alone."""

    error: EnvparityError
    scenario_id: str

    def runtest(self) -> None:
        """Say what is wrong."""
        self.conclude(Verdict(self.scenario_id, NOBODY, NOBODY, Outcome.ERROR, str(self.error)))


VERDICT = pytest.StashKey[Verdict]()
