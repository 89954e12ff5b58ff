"""The display of `envparity run`: a live line while cells are judged, then the account.

A pytest plugin that takes the place of pytest's own terminal reporter. It has to be named before
pytest-xdist on the command line, which looks for a terminal reporter when it is configured.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from envparity.report import SESSION, terminal
from envparity.report.changes import changes
from envparity.report.profile import profile
from envparity.verdict import Outcome

if TYPE_CHECKING:
    from envparity.controller import Controller

#: Seconds between two lines of progress where there is no terminal to redraw.
PLAIN_INTERVAL = 15.0


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take pytest's reporter away in the controller; workers have nothing to display."""
    session = config.pluginmanager.get_plugin(SESSION)
    if session is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.unregister(name="terminalreporter")
        config.pluginmanager.register(Display(session), "envparity-display")


class Display:
    """Takes the place of pytest's terminal reporter."""

    def __init__(self, session: Controller) -> None:
        self.session = session
        self.verbosity: int = session.config.option.verbose
        self.console = terminal.make_console()
        self._spoke = time.monotonic()
        self._trouble: list[str] = []
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            console=self.console,
            transient=True,
        )
        self._task = self._progress.add_task("collecting", total=None, rate="")

    def pytest_sessionstart(self) -> None:
        """Say what is about to be judged, and start the live line."""
        if self.verbosity >= 0:
            for line in self.session.preamble():
                self.console.print(Text(line, style="dim"), soft_wrap=True)
        if self.console.is_terminal:
            self._progress.start()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Move the live line on."""
        done = len(self.session.verdicts)
        elapsed = time.monotonic() - self.session.began
        rate = (done - len(self.session.plan.recalled)) / elapsed if elapsed else 0.0
        planned = self.session.planned
        if self.console.is_terminal:
            slowest = max(self.session.verdicts, key=lambda one: one.seconds, default=None)
            slow = f", slowest {slowest.seconds:.1f} s {slowest.scenario}" if slowest else ""
            left = f", {(planned - done) / rate:.0f} s left" if rate and planned > 0 else ""
            self._progress.update(
                self._task,
                description=self._counts(),
                completed=done,
                total=planned if planned > 0 else None,
                rate=f"{rate:.0f}/s{left}{slow}",
            )
        elif time.monotonic() - self._spoke > PLAIN_INTERVAL and self.verbosity >= 0:
            self._spoke = time.monotonic()
            self.console.print(f"{done}/{planned} cells, {self._counts()}, {rate:.0f}/s")

    def _counts(self) -> str:
        counts = Counter(one.outcome for one in self.session.verdicts if one.is_failure)
        bad = [f"{counts[one]} {one}" for one in Outcome if counts[one]]
        return ", ".join(bad) or "parity so far"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what went wrong while collecting."""
        if report.failed:
            self._trouble.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Keep what should never happen."""
        self._trouble.append(str(excrepr))

    def pytest_keyboard_interrupt(self) -> None:
        """Say that the run was stopped."""
        self._trouble.append("stopped by the keyboard: what follows is not the whole run")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Keep that a worker died."""
        if error:
            reason = str(error).strip().splitlines()[-1].removeprefix("pytest.UsageError: ")
            words = f"worker {node.gateway.spec.ssh or node.gateway.id} died: {reason}"
            if words not in self._trouble:
                self._trouble.append(words)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """The account: matrix, stories, skips, totals."""
        self._progress.stop()
        session, console = self.session, self.console
        if self.verbosity >= 0 and session.verdicts:
            console.print()
            console.print(terminal.matrix(session.verdicts, fold=self.verbosity == 0))
            console.print(terminal.legend())
            console.print()
        limit = None if self.verbosity > 0 else terminal.STORIES
        told = (
            terminal.stories(session.verdicts, limit=limit)
            if session.gate is None
            else changes(session.gate, verbose=self.verbosity > 0)
        )
        for line in told:
            console.print(line, soft_wrap=True)
        if self.verbosity >= 0:
            for line in terminal.skips(session.verdicts):
                console.print(line, soft_wrap=True)
        seconds = time.monotonic() - session.began
        if session.config.option.profile:
            workers = max(1, len(session.config.option.tx or ()))
            console.print(profile(session.verdicts, seconds, workers))
        for news in session.news:
            console.print(Text(news), soft_wrap=True)
        for trouble in [*session.trouble, *self._trouble]:
            console.print(Text(trouble, style="bold red"), soft_wrap=True)
        console.print(terminal.totals(session.verdicts, seconds))
        if not session.is_complete:
            planned = terminal.counted(max(session.planned, 0), "cell")
            words = f"planned {planned}, judged {len(session.verdicts)}: not the whole run"
            console.print(Text(words, style="bold red"))
