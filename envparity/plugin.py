"""The pytest plugin: a corpus is a directory of cells, and a cell is a test.

`pytest --builder reference -n auto -k nested` works as anybody expects of pytest; `envparity run`
is the same with a display of its own. The controller makes the plan and writes the report;
workers of pytest-xdist read the plan, collect without starting a process, and judge cells.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envparity.builders import KINDS
from envparity.cell import Cell
from envparity.errors import EnvparityError, ReportError
from envparity.plan import Plan, Settings, make_plan, planned
from envparity.report import SESSION, terminal
from envparity.report.jsonl import ReportWriter
from envparity.verdict import NOBODY, Outcome, Verdict

if TYPE_CHECKING:
    from envparity.workshop import Workshop

#: Where a verdict travels from the worker to the controller: an attribute of pytest's report.
ATTRIBUTE = "envparity"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the harness, for plain pytest."""
    group = parser.getgroup("envparity")
    group.addoption(
        "--builder",
        action="append",
        metavar="KIND[:ARGUMENT]",
        help=f"judge the corpus with this builder (repeatable): {', '.join(KINDS)}",
    )
    group.addoption("--python", metavar="SPEC", help="interpreters: 3.12, 3.8-3.13, all, a path")
    group.addoption(
        "--scenario", action="append", metavar="NAME", help="only these: a name, theme or glob"
    )
    group.addoption("--corpus", type=Path, metavar="FOLDER", help="scenarios of your own")
    group.addoption(
        "--report", type=Path, metavar="FILE", help="write the run's report (JSON lines)"
    )
    group.addoption(
        "--cache-folder", type=Path, metavar="FOLDER", help="instead of the user's cache"
    )
    group.addoption(
        "--no-namespaces", action="store_true", help="do without private mount namespaces"
    )
    group.addoption(
        "--expectations", type=Path, metavar="PLACE", help="known failures: a file or a folder"
    )
    group.addoption(
        "--update-expectations",
        action="store_true",
        help="write what fails into the expectations, and take out what no longer does",
    )
    group.addoption("--shuffle", type=int, metavar="SEED", help="judge cells in another order")


def settings_of(config: pytest.Config) -> Settings:
    """The settings in pytest's options."""
    option = config.option
    given: dict[str, Any] = {
        "builders": tuple(dict.fromkeys(option.builder)),
        "python": option.python,
        "scenarios": tuple(option.scenario or ()),
        "namespaces": not option.no_namespaces,
        "shuffle": option.shuffle,
        "update_expectations": option.update_expectations,
    }
    if option.corpus is not None:
        given["corpus"] = option.corpus.absolute()
    if option.expectations is not None:
        given["expectations"] = option.expectations.absolute()
    if option.cache_folder is not None:
        given["cache"] = option.cache_folder.absolute()
    return Settings(**given)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Cells differ in cost by a factor of hundred: idle workers take work from busy ones."""
    option = config.option
    if option.builder and getattr(option, "numprocesses", None) and option.dist == "no":
        option.dist = "worksteal"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the plan, or read it in a worker."""
    option = config.option
    if not option.builder or option.help:
        return
    workerinput = getattr(config, "workerinput", None)
    session: Worker
    try:
        if workerinput is None:
            session = Controller(config)
        else:
            session = Worker(
                Plan.load(Path(workerinput["envparity_workspace"])), workerinput["workerid"]
            )
    except EnvparityError as error:
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(session, SESSION)


class Worker:
    """Collects and judges cells; with `-n 0` the controller does it itself."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.name = name
        self.corpus = plan.corpus()
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
        """Shuffle when asked; every worker shuffles alike."""
        if self.plan.settings.shuffle is not None:
            random.Random(self.plan.settings.shuffle).shuffle(items)

    def pytest_unconfigure(self) -> None:
        """Close the sandbox."""
        if self._workshop is not None:
            self._workshop.sandbox.close()


class CorpusDirectory(pytest.Directory):
    """The corpus as pytest sees it."""

    worker: Worker

    def collect(self) -> Iterator[pytest.Item]:
        """One item per cell, and one for each scenario that cannot be read."""
        worker = self.worker
        for name, error in worker.corpus.broken.items():
            broken: BrokenItem = BrokenItem.from_parent(self, name=f"{name}[unreadable]")
            broken.error = error
            broken.scenario_id = name
            yield broken
        for cell in planned(worker.plan, worker.corpus):
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
            pytest.skip(f"{verdict.outcome}: {verdict.reason}")

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        """The story of the difference instead of a traceback."""
        if isinstance(excinfo.value, ParityFailure):
            console = terminal.make_console(color=False)
            with console.capture() as capture:
                for story in terminal.stories([excinfo.value.verdict], limit=None):
                    console.print(story, soft_wrap=True)
            return capture.get().rstrip()
        return str(super().repr_failure(excinfo))


class CellItem(_Item):
    """One cell as a test."""

    cell: Cell
    worker: Worker

    def runtest(self) -> None:
        """Judge the cell."""
        verdict = self.cell.judge(self.worker.workshop)
        plan, version = self.worker.plan, self.cell.interpreter.version
        strict = not plan.settings.update_expectations
        self.conclude(plan.expectations.judge(verdict, version, strict=strict))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the scenario is."""
        return self.cell.scenario.path / "scenario.toml", None, self.name


class BrokenItem(_Item):
    """A scenario that cannot be read: an error that leaves the other cells alone."""

    error: EnvparityError
    scenario_id: str

    def runtest(self) -> None:
        """Say what is wrong."""
        self.conclude(Verdict(self.scenario_id, NOBODY, NOBODY, Outcome.ERROR, str(self.error)))


VERDICT = pytest.StashKey[Verdict]()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let the verdict travel with pytest's own report."""
    result: Any = yield
    report = result.get_result()
    verdict = item.stash.get(VERDICT, None)
    if report.when == "call" and verdict is not None:
        setattr(report, ATTRIBUTE, verdict.to_json())


class Controller(Worker):
    """Makes the plan, gathers the verdicts, writes the report, and decides what is green."""

    def __init__(self, config: pytest.Config) -> None:
        plan, self._workspace = make_plan(settings_of(config))
        try:
            super().__init__(plan, "controller")
            self.config = config
            self.verdicts: list[Verdict] = []
            self.planned = -1
            self.trouble: list[str] = []
            self.news: list[str] = []
            self.began = time.monotonic()
            self._writer: ReportWriter | None = None
            if config.option.report is not None:
                self._writer = ReportWriter(config.option.report, plan.header())
        except BaseException:
            self._workspace.close()
            raise

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist where the plan is."""
        node.workerinput["envparity_workspace"] = str(self.plan.workspace)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Every worker collects the same cells; what they collect is the plan."""
        self.planned = len(ids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """With `-n 0` this process collects itself."""
        if session.items:
            self.planned = len(session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down a verdict, or that a worker died over a cell."""
        document = getattr(report, ATTRIBUTE, None)
        if document is not None:
            verdict = Verdict.from_json(document)
        elif report.failed:
            verdict = self._lost(report)
        else:
            return
        self.verdicts.append(verdict)
        self._report(lambda writer: writer.add(verdict))

    def _report(self, write: Callable[[ReportWriter], None]) -> None:
        """Let the report be written; where that fails, the run goes on without one."""
        if self._writer is None:
            return
        try:
            write(self._writer)
        except ReportError as error:
            self._writer = None
            self.trouble.append(str(error))

    def _lost(self, report: pytest.TestReport) -> Verdict:
        """The verdict on a cell whose worker gave none."""
        words = str(report.longrepr).strip().splitlines()
        reason = words[-1] if words else "no verdict came back"
        for cell in planned(self.plan, self.corpus):
            if report.nodeid.endswith(f"::{item_name(cell)}"):
                return cell.verdict(Outcome.ERROR, reason)
        return Verdict(report.nodeid, NOBODY, NOBODY, Outcome.ERROR, reason)

    @property
    def is_complete(self) -> bool:
        """Whether every planned cell has its verdict."""
        return self.planned >= 0 and len(self.verdicts) == self.planned

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run that judged nothing, or less than it planned, is not green."""
        judged = [one for one in self.verdicts if one.outcome is not Outcome.SKIPPED]
        if exitstatus == pytest.ExitCode.OK:
            if not self.is_complete:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            elif not any(one.outcome is Outcome.PARITY for one in judged):
                session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        whole = self.is_complete and exitstatus in {0, 1, 5}
        self._report(lambda writer: writer.finish(self.planned, complete=whole))
        if self.trouble and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self.plan.settings.update_expectations:
            self._update_expectations(session)
        elif idle := self.plan.idle_rules(self.verdicts):
            self.trouble += map(str, idle)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _update_expectations(self, session: pytest.Session) -> None:
        """Rewrite the expectations; a run that they then describe has succeeded."""
        from envparity.revision import revise  # noqa: PLC0415  # tomlkit is for this alone

        if not self.is_complete:
            self.trouble.append("the run was cut off: the expectations are left as they were")
            return
        try:
            self.news += revise(self.plan, self.verdicts)
        except EnvparityError as error:
            self.trouble.append(str(error))
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
            return
        if not any(one.outcome is Outcome.ERROR and one.is_failure for one in self.verdicts):
            session.exitstatus = pytest.ExitCode.OK

    def pytest_report_header(self) -> list[str]:
        """What is judged and what stands in the way, in pytest's own header."""
        return self.preamble()

    def preamble(self) -> list[str]:
        """What is judged and what stands in the way, one line each."""
        return self.plan.preamble()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The matrix, below pytest's own account."""
        console = terminal.make_console()
        with console.capture() as capture:
            console.print(terminal.matrix(self.verdicts))
        terminalreporter.section("parity")
        terminalreporter.write(capture.get())
        for news in self.news:
            terminalreporter.write_line(news)
        for trouble in self.trouble:
            terminalreporter.write_line(trouble, red=True)

    def pytest_unconfigure(self) -> None:
        """Leave nothing behind."""
        super().pytest_unconfigure()
        self._workspace.close()
