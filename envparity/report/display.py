"""The display of `envparity run`: a live line while cells are judged, then the account.

A pytest plugin that takes the place of pytest's own terminal reporter. It has to be named before
pytest-xdist on the command line, which looks for a terminal reporter when it is configured.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from envparity.report import SESSION, terminal
from envparity.report.changes import changes
from envparity.report.profile import profile
from envparity.report.progress import progress

if TYPE_CHECKING:
    from envparity.controller import Controller

#: Seconds between two lines of progress where there is no terminal to redraw.
PLAIN_INTERVAL = 15.0

#: Columns of such a line: without a bar, which says no more than its numbers.
PLAIN_WIDTH = 100


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
        self._spinner = Spinner("dots")
        self._live = Live(console=self.console, transient=True, get_renderable=self._line,
                          refresh_per_second=8)  # fmt: skip

    def _line(self) -> RenderableType:
        """The live line as it is now; the spinner shows that somebody is there."""
        self._spinner.update(text=self._progress(self.console.width - 3))
        return self._spinner

    def _progress(self, width: int) -> Text:
        session = self.session
        elapsed = time.monotonic() - session.began
        return progress(session.verdicts, session.planned, elapsed, width)

    def pytest_sessionstart(self) -> None:
        """Say what is about to be judged, and start the live line."""
        if self.verbosity >= 0:
            for line in self.session.preamble():
                self.console.print(Text(line, style="dim"), soft_wrap=True)
        if self.console.is_terminal:
            self._live.start()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say how far the run is, where no live line does."""
        is_due = time.monotonic() - self._spoke > PLAIN_INTERVAL
        if not self.console.is_terminal and is_due and self.verbosity >= 0:
            self._spoke = time.monotonic()
            self.console.print(self._progress(PLAIN_WIDTH), soft_wrap=True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what went wrong while collecting."""
        if report.failed:
            self._trouble.append(str(report.longrepr))

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Keep what should never happen."""
        self._trouble.append(str(excrepr))

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Say that the run was stopped, and by which signal."""
        why = str(excinfo.value) or "stopped by the keyboard"
        self._trouble.append(f"{why}: what follows is not the whole run")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object | None) -> None:
        """Keep that a worker died."""
        if error:
            reason = str(error).strip().splitlines()[-1].removeprefix("pytest.UsageError: ")
            if reason == "Not properly terminated":  # pytest-xdist's, of a channel's sudden end
                reason = "it was killed, or cannot be reached any more"
            words = f"worker {node.gateway.spec.ssh or node.gateway.id} died: {reason}"
            if words not in self._trouble:
                self._trouble.append(words)

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """The account: matrix, stories, skips, totals."""
        self._live.stop()
        session, console = self.session, self.console
        if self.verbosity >= 0 and session.verdicts:
            console.print()
            console.print(terminal.matrix(session.verdicts, fold=self.verbosity == 0))
            console.print(terminal.legend())
            console.print()
        limit = None if self.verbosity > 0 else terminal.STORIES
        vanilla = session.config.option.show_vanilla
        told = (
            terminal.stories(session.verdicts, limit=limit, vanilla=vanilla)
            if session.gate is None
            else changes(session.gate, verbose=self.verbosity > 0, vanilla=vanilla)
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
