"""Tests of the display of a run, with a controller that is none."""

from __future__ import annotations

import io
import sys
import time
from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import evolve

from envparity.controller import Controller
from envparity.exhibit import Exhibit
from envparity.gate import compare
from envparity.report import display
from envparity.report.display import Display
from envparity.report.jsonl import Report
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_header, make_outcome, make_verdict

FAILS = make_verdict("scripts/bad", Outcome.DIFFERS, seconds=2.0)


class Screen(io.StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


class Shown:
    """A display with what it printed."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *verdicts: Verdict,
        screen: bool = False,
        **facts: Any,
    ) -> None:
        for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", str(facts.pop("columns", 100)))
        if facts.pop("NO_COLOR", False):
            monkeypatch.setenv("NO_COLOR", "1")
        self.file = Screen() if screen else io.StringIO()
        monkeypatch.setattr(sys, "stdout", self.file)
        fields: dict[str, Any] = {
            "verdicts": list(verdicts),
            "planned": len(verdicts),
            "began": time.monotonic() - 10.0,
            "is_complete": True,
            "gate": None,
            "news": [],
            "trouble": [],
            "preamble": lambda: ["builders: reference"],
            "config": SimpleNamespace(
                option=SimpleNamespace(
                    verbose=facts.pop("verbose", 0),
                    show_vanilla=facts.pop("vanilla", False),
                    profile=False,
                )
            ),
        }
        session = SimpleNamespace(**{**fields, **facts})
        self.display = Display(cast("Controller", session))

    def told(self) -> str:
        """Let it begin and end; all that it printed."""
        self.display.pytest_sessionstart()
        self.display.pytest_unconfigure()
        return self.file.getvalue()


@pytest.fixture(name="patch")
def _patch(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What makes streams and variables be others for a test."""
    return monkeypatch


def test_account(patch: pytest.MonkeyPatch) -> None:
    """A run tells what it judges, then matrix, legend, stories with commands, and totals."""
    lines = Shown(patch, make_verdict(), FAILS).told().splitlines()
    assert lines[0] == "builders: reference"
    assert "builder reference" in lines
    assert any(line.split() == ["scripts/bad", "✗"] for line in lines)
    assert f"  again: {FAILS.rerun}" in lines
    assert lines[-1].startswith("2 cells: 1 parity, 1 differs in 10.")


def test_quiet(patch: pytest.MonkeyPatch) -> None:
    """With -q only failures and totals are told."""
    lines = Shown(patch, make_verdict(), FAILS, verbose=-1).told().splitlines()
    assert lines[0].startswith("✗ scripts/bad")
    assert "builder reference" not in lines
    assert lines[-1].startswith("2 cells")


def test_verbose(patch: pytest.MonkeyPatch) -> None:
    """With -v every scenario has its row, and every failure its story."""
    many = [make_verdict(f"scripts/{number}", Outcome.DIFFERS) for number in range(30)]
    lines = Shown(patch, make_verdict("venvs/a"), *many, verbose=1).told().splitlines()
    assert any(line.split() == ["venvs/a", "✓"] for line in lines)
    assert sum(line.startswith("✗") for line in lines) == 30
    folded = Shown(patch, make_verdict("venvs/a"), *many).told()
    assert "venvs: parity in 1 scenario" in folded
    assert "… and 10 more; -v tells all" in folded


def test_vanilla(patch: pytest.MonkeyPatch) -> None:
    """With --show-vanilla a story has all that vanilla did, as far as a person reads it."""
    step = make_outcome("one\n\x1b\n", stderr="".join(f"{n}\n" for n in range(30)), exit=2)
    failing = evolve(FAILS, exhibit=Exhibit(vanilla=(make_outcome(), step)))
    lines = Shown(patch, failing, vanilla=True).told().splitlines()
    first = lines.index("  vanilla, step 1: exit status 0")
    assert lines[first + 1 : first + 5] == [
        "  vanilla, step 2: exit status 2", "    one", "    \\x1b", "    0",
    ]  # fmt: skip
    assert "    … 6 more lines" in lines
    assert "vanilla, step" not in Shown(patch, failing).told()
    assert "vanilla, step" not in Shown(patch, FAILS, vanilla=True).told()


def test_no_terminal(patch: pytest.MonkeyPatch) -> None:
    """Where there is no terminal nothing is redrawn, and a line now and then says how far it is."""
    shown = Shown(patch, FAILS, planned=5)
    shown.display.pytest_runtest_logreport(cast("pytest.TestReport", None))
    assert shown.file.getvalue() == ""
    patch.setattr(display, "PLAIN_INTERVAL", -1.0)
    shown.display.pytest_runtest_logreport(cast("pytest.TestReport", None))
    assert "1/5  1 differs  40 s left  0.1/s  slowest 2.0 s scripts/bad\n" in shown.file.getvalue()
    assert "\x1b" not in shown.told()
    quiet = Shown(patch, FAILS, planned=5, verbose=-1)
    quiet.display.pytest_runtest_logreport(cast("pytest.TestReport", None))
    assert quiet.file.getvalue() == ""


@pytest.mark.parametrize("columns", [40, 100])
def test_live(patch: pytest.MonkeyPatch, columns: int) -> None:
    """On a terminal there is one line that is redrawn and fits, and is gone at the end."""
    shown = Shown(patch, FAILS, planned=5, screen=True, columns=columns)
    with shown.display.console.capture() as capture:
        shown.display.console.print(shown.display._line())
    shown.display.pytest_sessionstart()
    assert shown.display._live.is_started
    (line,) = capture.get().splitlines()
    assert "1/5" in line
    assert "1 differs" in line
    assert ("slowest" in line) is (columns == 100)
    shown.display.pytest_runtest_logreport(cast("pytest.TestReport", None))
    shown.display.pytest_unconfigure()
    assert not shown.display._live.is_started


def test_no_color(patch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets no colours."""
    assert "\x1b[1;31m" in Shown(patch, FAILS, screen=True).told()
    assert "31m" not in Shown(patch, FAILS, screen=True, NO_COLOR=True).told()


def test_narrow(patch: pytest.MonkeyPatch) -> None:
    """On forty columns the matrix fits, and commands are still whole."""
    long = make_verdict("scripts/" + "long-" * 10 + "name", Outcome.DIFFERS)
    lines = Shown(patch, long, columns=40).told().splitlines()
    table = lines[lines.index("builder reference") : lines.index("builder reference") + 3]
    assert max(map(len, table)) <= 40
    assert f"  again: {long.rerun}" in lines


def test_gate(patch: pytest.MonkeyPatch) -> None:
    """With a baseline it tells what has changed."""
    old = Report(make_header(), (make_verdict("scripts/bad"),), {})
    new = Report(make_header(), (FAILS,), {})
    text = Shown(patch, FAILS, gate=compare(old, [new])).told()
    assert "broken: 1 cell" in text
    assert "1 cell got worse" in text


def test_trouble(patch: pytest.MonkeyPatch) -> None:
    """What went wrong around the cells is told, and a run that is not whole is never called so."""
    shown = Shown(
        patch, FAILS, planned=5, is_complete=False, news=["written"], trouble=["the disk is full"]
    )
    one = shown.display
    one.pytest_collectreport(cast("Any", SimpleNamespace(failed=True, longrepr="no corpus")))
    one.pytest_collectreport(cast("Any", SimpleNamespace(failed=False, longrepr="fine")))
    one.pytest_internalerror("a bug")
    stop = SimpleNamespace(value=KeyboardInterrupt())
    one.pytest_keyboard_interrupt(cast("Any", stop))
    worker = SimpleNamespace(gateway=SimpleNamespace(id="gw0", spec=SimpleNamespace(ssh=None)))
    one.pytest_testnodedown(worker, "crashed")
    one.pytest_testnodedown(worker, None)
    lines = shown.told().splitlines()
    for words in (
        "written", "the disk is full", "no corpus", "a bug", "worker gw0 died: crashed",
        "stopped by the keyboard: what follows is not the whole run",
        "planned 5 cells, judged 1: not the whole run",
    ):  # fmt: skip
        assert words in lines
    assert "fine" not in lines
