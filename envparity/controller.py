"""The controller of a run: it makes the plan, gathers verdicts, and decides what is green."""

from __future__ import annotations

import contextlib
import functools
import json
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from envparity import _remote_worker, remote, schedule
from envparity.cache import Cache
from envparity.collecting import Worker, item_name
from envparity.errors import EnvparityError, ReportError
from envparity.gate import Gate, compare, within
from envparity.interruption import Interruption
from envparity.plan import Settings, make_plan, planned
from envparity.report import terminal
from envparity.report.changes import changes
from envparity.report.jsonl import Report, ReportWriter, read_report
from envparity.report.products import PRODUCTS, Products
from envparity.verdict import NOBODY, Outcome, Verdict

#: What tells `git bisect run` that a revision cannot be judged.
SKIP_REVISION = 125

#: Where a verdict travels from the worker to the controller: an attribute of pytest's report, as
#: JSON in ASCII, since xdist cannot carry what stands for bytes that are no UTF-8 (PEP 383).
ATTRIBUTE = "envparity"


class Controller(Worker):
    """Makes the plan, gathers the verdicts, writes the report, and decides what is green."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self.began = time.monotonic()
        self._interruption = Interruption()
        self._interruption.watch()
        try:
            plan, self._workspace = make_plan(settings)
        except BaseException:
            self._interruption.restore()
            raise
        try:
            super().__init__(plan, "controller")
            self.config = config
            versions = {one.label: one.version for one in plan.interpreters}
            self.verdicts = [
                plan.expected(one, versions[one.python]) for one in plan.recalled.values()
            ]
            self.planned = -1
            self.expected = len(self.corpus.broken) + sum(1 for _ in planned(plan, self.corpus))
            self._selected = _is_selected(config)
            self.trouble: list[str] = []
            self.news: list[str] = []
            self._header = plan.header()
            self._writer: ReportWriter | None = None
            self.gate: Gate | None = None
            self._products = Products(
                **{name: getattr(config.option, f"report_{name}") for name in PRODUCTS}
            )
            self._products.check()
            baseline = config.option.baseline
            self._baseline = read_report(baseline) if baseline is not None else None
            if config.option.report is not None:
                self._writer = ReportWriter(config.option.report, self._header)
                self._report(lambda writer: writer.add(*self.verdicts))
        except BaseException:
            self._workspace.close()
            self._interruption.restore()
            raise

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of pytest-xdist where the plan is, or what it says."""
        if node.gateway.spec.ssh:
            node.workerinput[remote.TERMS] = self._terms
        else:
            node.workerinput[remote.WORKSPACE] = str(self.plan.workspace)

    @functools.cached_property
    def _terms(self) -> dict[str, Any]:
        return remote.terms(self.plan)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_getremotemodule(self) -> Any:
        """What workers on other machines run; None leaves it to pytest-xdist."""
        return _remote_worker if self.is_remote else None

    @property
    def is_remote(self) -> bool:
        """Whether the run's workers are on other machines."""
        return any("ssh=" in spec for spec in self.config.option.tx or ())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionstart(self) -> Iterator[None]:
        """A machine that cannot be reached is told in one line."""
        import execnet  # noqa: PLC0415

        try:
            yield
        except execnet.HostNotFound as error:
            raise pytest.UsageError(f"{error} cannot be reached by ssh") from None
        except OSError as error:  # execnet's, of a channel or an ssh that has ended meanwhile
            raise pytest.UsageError(
                f"a worker cannot be reached by ssh, or ended at its start: {error}"
                " (the same envparity has to be installed there)"
            ) from None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Every worker collects the same cells; what they collect is the plan."""
        self.planned = len(self.plan.recalled) + len(ids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """With `-n 0` this process collects itself."""
        if session.items or self.config.option.dist == "no":
            self.planned = len(self.plan.recalled) + len(session.items)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down a verdict, or that a worker died over a cell."""
        document = getattr(report, ATTRIBUTE, None)
        if document is not None:
            verdict = Verdict.from_json(json.loads(document))
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
    def has_work(self) -> bool:
        """Whether any cell is left to be judged."""
        return any(planned(self.plan, self.corpus, left=True)) or bool(self.corpus.broken)

    @property
    def is_complete(self) -> bool:
        """Whether every planned cell has its verdict, and no cell has two."""
        cells = {(one.scenario, one.builder, one.python) for one in self.verdicts}
        whole = self._selected or self.planned == self.expected
        return self.planned >= 0 and len(cells) == len(self.verdicts) == self.planned and whole

    def _check_plan(self) -> None:
        """Trouble unless pytest collected the whole plan, or was asked for less."""
        if self.planned >= 0 and self.planned != self.expected and not self._selected:
            words = f"the plan has {self.expected} cells, and pytest collected {self.planned}"
            self.trouble.append(f"{words}: a plugin or a change of the corpus got in between")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run that judged nothing, or less than it planned, is not green."""
        judged = [one for one in self.verdicts if one.outcome is not Outcome.SKIPPED]
        if exitstatus in {0, 1, 5}:
            self._check_plan()
        if self.plan.recalled and exitstatus in {
            pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED
        }:  # fmt: skip
            failed = any(one.is_failure for one in self.verdicts)
            exitstatus = pytest.ExitCode.TESTS_FAILED if failed else pytest.ExitCode.OK
            session.exitstatus = exitstatus
        if exitstatus == pytest.ExitCode.OK:
            if not self.is_complete:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
            elif not any(one.outcome is Outcome.PARITY for one in judged):
                session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
        with contextlib.suppress(OSError):  # it costs time, and no verdict
            schedule.write(Cache(self.plan.settings.cache), self.verdicts, self.plan.durations)
        whole = self.is_complete and exitstatus in {0, 1, 5} and not self.trouble
        if whole:
            session.exitstatus = self._gate(session.exitstatus)
        self._finish(complete=whole)
        if self._products:
            self._produce(whole=whole)
        if self.trouble and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if self.plan.settings.update_expectations:
            self._update_expectations(session)
        elif idle := self.plan.idle_rules(self.verdicts):
            self.trouble += map(str, idle)
            if session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _produce(self, *, whole: bool) -> None:
        """Make what people read; of a run that was cut off nothing is made that looks whole."""
        if not whole:
            self.trouble.append("the run was cut off: nothing is made of its report")
            return
        try:
            self._products.write(
                Report(self._header, tuple(self.verdicts), {}),
                self.gate,
                corpus=self.plan.settings.corpus,
            )
        except EnvparityError as error:
            self.trouble.append(str(error))

    def _finish(self, *, complete: bool) -> None:
        """Write the end of the report, once; a run may be stopped before its session began."""
        stopped = str(self._interruption.signal.name) if self._interruption.signal else ""
        self._report(lambda one: one.finish(self.planned, complete=complete, stopped=stopped))
        self._writer = None

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

    def _gate(self, exitstatus: int) -> int:
        """The exit status of a whole run, once it is held against what it has to be."""
        option, known = self.config.option, {Outcome.ERROR, Outcome.UNSUPPORTED}
        if option.bisect and any(one.outcome in known for one in self.verdicts):
            return SKIP_REVISION
        if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED:
            return exitstatus
        now = Report(self._header, tuple(self.verdicts), {})
        try:
            if self._baseline is not None:
                before = within(self._baseline, self.plan.settings.scenarios, now, self.plan.share)
                self.gate = compare(before, [now], require=option.require or ())
            elif option.require:
                self.gate = compare(now, [now], require=option.require)
        except EnvparityError as error:
            self.trouble.append(str(error))
            return pytest.ExitCode.USAGE_ERROR
        if self.gate is None:
            return exitstatus
        if self._baseline is not None and not any(one.old for one in self.gate.transitions):
            self.trouble.append("the baseline has none of these cells: there is nothing to compare")
            return exitstatus or pytest.ExitCode.USAGE_ERROR
        if not self.gate.is_green:
            return pytest.ExitCode.TESTS_FAILED
        return exitstatus if self._baseline is None else pytest.ExitCode.OK

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
        for line in changes(self.gate) if self.gate else ():
            terminalreporter.write_line(line.plain)
        for news in self.news:
            terminalreporter.write_line(news)
        for trouble in self.trouble:
            terminalreporter.write_line(trouble, red=True)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_unconfigure(self) -> Generator[None, object, object]:
        """Leave nothing behind, even where the account cannot be written to a closed terminal."""
        try:
            super().close()
            self._finish(complete=False)
            return (yield)
        finally:
            self._workspace.close()
            self._interruption.restore()


def _is_selected(config: pytest.Config) -> bool:
    """Whether pytest was asked for less than the whole plan."""
    option = config.option
    asked = ("keyword", "markexpr", "deselect", "lf", "stepwise", "collectonly")
    below = any("::" in str(argument) for argument in config.args)
    return below or any(getattr(option, name, None) for name in asked)
