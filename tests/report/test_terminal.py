"""Tests of what a run prints."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from envparity.report import terminal
from envparity.report.terminal import (
    DIFF_LINES,
    GLYPHS,
    legend,
    link,
    make_console,
    matrix,
    printable,
    skips,
    stories,
    totals,
)
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

PARITY, DIFFERS, SKIPPED = Outcome.PARITY, Outcome.DIFFERS, Outcome.SKIPPED


def cells(scenario: str, outcomes: str, **changes: Any) -> list[Verdict]:
    """Return the verdicts of one scenario, a glyph for each of 3.11.2, 3.12.1 and 3.13.0."""
    by_glyph = {glyph: outcome for outcome, (glyph, _) in GLYPHS.items()}
    pythons = ("3.11.2", "3.12.1", "3.13.0")
    return [
        make_verdict(scenario, by_glyph[glyph], python=python, **changes)
        for python, glyph in zip(pythons, outcomes, strict=False)
        if glyph != " "
    ]


def shown(verdicts: Sequence[Verdict], *, width: int = 60, fold: bool = True) -> list[str]:
    """Return the lines of a matrix, without the spaces at their ends."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    with console.capture() as capture:
        console.print(matrix(verdicts, fold=fold))
    return [line.rstrip() for line in capture.get().splitlines()]


def words(verdicts: Sequence[Verdict], **options: Any) -> list[list[str]]:
    """Return the lines of a matrix as words."""
    return [line.split() for line in shown(verdicts, **options)]


def told(*verdicts: Verdict, limit: int | None = None) -> list[str]:
    """Return the lines of all stories."""
    return [line.plain for line in stories(verdicts, limit=limit)]


class TestMatrix:
    """Scenario by interpreter, one table per builder."""

    def test_rows(self) -> None:
        """There is a row for each scenario that is not at parity, with a glyph for each cell."""
        verdicts = [*cells("scripts/a", "✓✗!"), *cells("scripts/b", "⊘ –")]
        assert words(verdicts) == [
            ["builder", "reference"],
            ["scenario", "3.11", "3.12", "3.13"],
            ["scripts/a", "✓", "✗", "!"],
            ["scripts/b", "⊘", "–"],
        ]

    def test_worst_first(self) -> None:
        """Rows go from the worst to the best, and by name among equals."""
        verdicts = [
            *cells("scripts/skipped", "···"),
            *cells("scripts/unsupported", "✓–·"),
            *cells("venvs/differs", "✗✓✓"),
            *cells("scripts/refused", "✓✓⊘"),
            *cells("scripts/differs", "✓✓✗"),
            *cells("scripts/error", "✓!✓"),
        ]
        assert [row[0] for row in words(verdicts)[2:]] == [
            "scripts/error",
            "scripts/differs",
            "venvs/differs",
            "scripts/refused",
            "scripts/unsupported",
            "scripts/skipped",
        ]

    def test_expected(self) -> None:
        """An expected failure has a glyph of its own, below what fails, and no story."""
        known = make_verdict("venvs/a", Outcome.DIFFERS, expected="a link can be seen")
        verdicts = [known, *cells("venvs/b", "✗")]
        assert [row[:1] for row in words(verdicts)[2:]] == [["venvs/b"], ["venvs/a"]]
        assert "≠" in words(verdicts)[3]
        assert "venvs/a" not in " ".join(told(*verdicts))
        assert [line.plain for line in skips([known])] == ["1 expected to fail: a link can be seen"]
        assert totals([known], 1.0).plain == "1 cell: 1 expected to fail in 1.0 s"

    def test_folding(self) -> None:
        """Scenarios with parity wherever they apply are one row per theme, with their numbers."""
        verdicts = [
            *cells("scripts/a", "✓✓✓"),
            *cells("scripts/b", "✓·✓"),
            *cells("scripts/bad", "✓✓✗"),
            *cells("venvs/c", "··✓"),
        ]
        assert words(verdicts)[2:] == [
            ["scripts/bad", "✓", "✓", "✗"],
            ["scripts:", "parity", "in", "2", "scenarios", "2", "1", "2"],
            ["venvs:", "parity", "in", "1", "scenario", "·", "·", "1"],
        ]

    def test_unfolded(self) -> None:
        """Every scenario has its row when all are asked for."""
        verdicts = [*cells("scripts/b", "✓✓✓"), *cells("scripts/a", "✓·✓")]
        assert [row[0] for row in words(verdicts, fold=False)[2:]] == ["scripts/a", "scripts/b"]

    def test_skipped_everywhere(self) -> None:
        """A scenario that was skipped everywhere is not told as parity."""
        assert words(cells("scripts/a", "···"))[2:] == [["scripts/a", "·", "·", "·"]]

    def test_builders(self) -> None:
        """Each builder has a table of its own, in the order in which they ran."""
        verdicts = [
            *cells("scripts/a", "✗", builder="uv"),
            *cells("scripts/a", "✓", builder="bug:x[bold]"),
        ]
        assert words(verdicts) == [
            ["builder", "uv"],
            ["scenario", "3.11"],
            ["scripts/a", "✗"],
            ["builder", "bug:x[bold]"],
            ["scenario", "3.11"],
            ["scripts:", "parity", "in", "1", "scenario", "1"],
        ]

    def test_columns(self) -> None:
        """Interpreters stand from old to new, named by what tells them apart."""
        pythons = ["3.13.0", "3.9.18", "3.11.2-debian", "3.11.7", "2.7.18", "3.14.0rc1"]
        verdicts = [make_verdict(outcome=DIFFERS, python=python) for python in pythons]
        heading = words(verdicts)[1:3]
        assert heading == [
            ["3.11.2"],
            ["scenario", "2.7", "3.9", "debian", "3.11.7", "3.13", "3.14"],
        ]

    def test_odd_labels(self) -> None:
        """A label that is no version does no harm."""
        verdicts = [
            make_verdict(outcome=DIFFERS, python=python) for python in ("3.12.1", "-", "3.12")
        ]
        assert words(verdicts)[1] == ["scenario", "-", "3.12", "3.12.1"]

    def test_cases(self) -> None:
        """The brackets of a case are no markup."""
        assert words(cells("scripts/a[bold]", "✗"))[2] == ["scripts/a[bold]", "✗"]

    @pytest.mark.parametrize("width", [30, 40, 60, 200])
    def test_width(self, width: int) -> None:
        """On a narrow console names are cut and glyphs are not."""
        name = "scripts/a-scenario-whose-name-is-longer-than-most-consoles-are-wide"
        lines = shown(cells(name, "✗✓!"), width=width)
        assert max(map(len, lines)) <= width
        assert lines[1].split() == ["scenario", "3.11", "3.12", "3.13"]
        row = lines[2].split()
        assert row[1:] == ["✗", "✓", "!"]
        assert (row[0] == name) == (width == 200)
        assert row[0] == name or row[0].endswith("…")

    def test_nothing(self) -> None:
        """A run that judged nothing has an empty matrix."""
        assert shown([]) in ([], [""])


class TestStories:
    """Each failure is told once."""

    def test_difference(self) -> None:
        """A story says who, what vanilla does, where it was reported, what differs, how again."""
        verdict = make_verdict(
            outcome=DIFFERS,
            differences=(
                make_difference("0", "1", what="exit status"),
                make_difference("a\nb\n", "a\nc\n"),
                make_difference("kept", "exceeded", what="time limit", step=2, run="sleep"),
            ),
            origin=("PEP 405", "NixOS/nixpkgs#1"),
        )
        assert told(verdict) == [
            "✗ scripts/hello  differs with reference on 3.12.1",
            "  In vanilla: a script says hello",
            "  Reported: https://peps.python.org/pep-0405/  "
            "https://github.com/NixOS/nixpkgs/issues/1",
            "  step 1: hello",
            "    exit status: 0 in vanilla, 1 in the environment",
            "    stdout: - vanilla, + environment",
            "     a",
            "    -b",
            "    +c",
            "  step 3: sleep",
            "    time limit: kept in vanilla, exceeded in the environment",
            "  again: envparity run scripts/hello --builder reference --python 3.12.1",
            "",
        ]

    @pytest.mark.parametrize("outcome", [Outcome.ERROR, Outcome.REFUSED])
    def test_reason(self, outcome: Outcome) -> None:
        """Where there is no difference to show, the reason is told."""
        lines = told(make_verdict(outcome=outcome, reason="the builder refused: no"))
        assert lines[0].endswith(f"{outcome} with reference on 3.12.1")
        assert "  the builder refused: no" in lines

    @pytest.mark.parametrize("outcome", [PARITY, SKIPPED, Outcome.UNSUPPORTED])
    def test_no_failure(self, outcome: Outcome) -> None:
        """What is no failure has no story."""
        assert told(make_verdict(outcome=outcome)) == []

    def test_interpreters_together(self) -> None:
        """Cells that differ in the same way are one story, numbers in paths aside."""
        verdicts = [
            make_verdict(
                outcome=DIFFERS,
                python=f"3.{minor}.0",
                differences=(make_difference("a", f"{{base}}/lib/python3.{minor}"),),
            )
            for minor in (11, 12)
        ]
        other = make_verdict(outcome=DIFFERS, python="3.13.0")
        firsts = [line for line in told(*verdicts, other) if line.startswith("✗")]
        assert firsts == [
            "✗ scripts/hello  differs with reference on 3.11.0, 3.12.0",
            "✗ scripts/hello  differs with reference on 3.13.0",
        ]

    def test_scenarios_together(self) -> None:
        """Scenarios that failed for one reason are one story, without one scenario's summary."""
        verdicts = [
            make_verdict(f"scripts/{name}", Outcome.ERROR, python=python)
            for name in "abc"
            for python in ("3.11.2", "3.12.1")
        ]
        lines = told(*verdicts)
        assert lines[0] == (
            "! scripts/a and 2 more scenarios  error with reference on 3.11.2, 3.12.1"
        )
        assert lines[1] == "  for a reason"
        assert len(lines) == 4

    def test_builders_apart(self) -> None:
        """What two builders did is two stories."""
        verdicts = [make_verdict(outcome=DIFFERS, builder=name) for name in ("uv", "venv")]
        assert len([line for line in told(*verdicts) if line.startswith("✗")]) == 2

    def test_order(self) -> None:
        """The worst outcome comes first, and the story of most cells first among equals."""
        verdicts = [
            *cells("scripts/refused", "⊘"),
            *cells("scripts/one", "✗"),
            *cells("scripts/many", "✗✗✗"),
            *cells("scripts/error", "!"),
        ]
        firsts = [line.split()[1] for line in told(*verdicts) if line[:1] in "✗⊘!" and line]
        assert firsts == ["scripts/error", "scripts/many", "scripts/one", "scripts/refused"]

    def test_limit(self) -> None:
        """Beyond the limit stories are counted, with what tells all of them."""
        verdicts = [make_verdict(f"scripts/{number}", DIFFERS) for number in range(5)]
        lines = told(*verdicts, limit=2)
        assert len([line for line in lines if line.startswith("✗")]) == 2
        assert lines[-1] == "… and 3 more; -v tells all"
        assert "more; -v" not in told(*verdicts, limit=5)[-1]

    def test_long_diff(self) -> None:
        """A long diff is cut, and says by how much."""
        environment = "".join(f"{number}\n" for number in range(100))
        lines = told(make_verdict(outcome=DIFFERS, differences=(make_difference("", environment),)))
        assert len([line for line in lines if line.startswith("    +")]) == DIFF_LINES
        assert f"    … {100 - DIFF_LINES} more lines" in lines

    def test_step_of_many_lines(self) -> None:
        """A step of several lines stays readable, and every text is one line."""
        difference = make_difference(run="cat <<X\n  a\x1b\nX\n")
        lines = told(make_verdict(outcome=DIFFERS, differences=(difference,)))
        assert lines[3:6] == ["  step 1: cat <<X", "            a\\x1b", "          X"]

    @given(st.text("a\x1b\x07\x9b\r\n\t\u2028\u202e\udcff[b]", max_size=12))
    def test_escapes(self, text: str) -> None:
        """Nothing that a step or a builder says steers the terminal."""
        difference = make_difference("", text + "!", what=f"file {text}", run=f"echo {text}")
        lines = told(
            make_verdict(outcome=DIFFERS, differences=(difference,)),
            make_verdict(outcome=Outcome.ERROR, reason=text),
        )
        lines += [line.plain for line in skips([make_verdict(outcome=SKIPPED, reason=text)])]
        assert all(line.isprintable() for line in lines)

    @pytest.mark.parametrize(
        ("summary", "line"),
        [
            ("A script says hello", "a script says hello"),
            ("PYTHONHOME moves the library", "PYTHONHOME moves the library"),
            ("__main__ has a file", "__main__ has a file"),
        ],
    )
    def test_summary(self, summary: str, line: str) -> None:
        """A summary loses its capital within a sentence, unless it is a name's."""
        assert told(make_verdict(outcome=DIFFERS, summary=summary))[1] == f"  In vanilla: {line}"

    def test_without_summary(self) -> None:
        """A scenario that could not be read has neither summary nor origin."""
        verdict = make_verdict(outcome=Outcome.ERROR, summary="", origin=())
        assert told(verdict)[1] == "  for a reason"


class TestWords:
    """Small pieces."""

    @pytest.mark.parametrize(
        ("origin", "address"),
        [
            ("NixOS/nixpkgs#302315", "https://github.com/NixOS/nixpkgs/issues/302315"),
            ("PEP 405", "https://peps.python.org/pep-0405/"),
            ("PEP 8", "https://peps.python.org/pep-0008/"),
            ("https://bugs.python.org/x#c1", "https://bugs.python.org/x#c1"),
            ("CPython Doc/library/site.rst", "CPython Doc/library/site.rst"),
        ],
    )
    def test_link(self, origin: str, address: str) -> None:
        """An origin is an address that can be opened, where it has one."""
        assert link(origin) == address

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("plain, é and 前", "plain, é and 前"),
            ("\x1b[31mred", "\\x1b[31mred"),
            ("a\tb\r", "a\\tb\\r"),
            ("\udcff", "\\udcff"),
            ("\u2028\u202e", "\\u2028\\u202e"),
            ("", ""),
        ],
    )
    def test_printable(self, text: str, expected: str) -> None:
        """Characters that print nothing are spelled."""
        assert printable(text) == expected

    def test_totals(self) -> None:
        """The last line counts what there was, parity first and the rest from the worst."""
        verdicts = [*cells("scripts/a", "✓✓✗"), *cells("scripts/b", "!··")]
        assert totals(verdicts, 1.25).plain == (
            "6 cells: 2 parity, 1 error, 1 differs, 2 skipped in 1.2 s"
        )
        assert totals([], 0.0).plain == "0 cells in 0.0 s"
        known = [make_verdict(recalled=True), make_verdict()]
        assert totals(known, 0.5).plain.endswith(" in 0.5 s (1 as before, from the cache)")

    def test_legend(self) -> None:
        """Every outcome has a glyph of its own, and the legend names it."""
        assert legend().plain == (
            "✓ parity  ✗ differs  ⊘ refused  ! error  – unsupported  · skipped  ≠ expected"
        )
        assert {outcome for outcome, _ in GLYPHS.items()} == set(Outcome)
        assert len({glyph for glyph, _ in GLYPHS.values()}) == len(GLYPHS)

    def test_skips(self) -> None:
        """Each reason is told once with its cells, the most frequent first."""
        verdicts = [
            make_verdict(outcome=PARITY),
            make_verdict(outcome=SKIPPED, reason="needs perl"),
            make_verdict(outcome=Outcome.UNSUPPORTED, reason="not 2.7"),
            make_verdict(outcome=Outcome.UNSUPPORTED, reason="not 2.7"),
        ]
        assert [line.plain for line in skips(verdicts)] == [
            "2 unsupported: not 2.7",
            "1 skipped: needs perl",
        ]


class TestConsole:
    """Where it is printed."""

    ESCAPES = re.compile(r"\x1b\[[\d;]*m")

    def printed(
        self, monkeypatch: pytest.MonkeyPatch, *, color: bool | None = None, **variables: str
    ) -> str:
        """Return what a terminal gets of a story, escapes and all."""
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm-256color", **variables}.items():
            monkeypatch.setenv(name, value)

        class Screen(io.StringIO):
            """A terminal."""

            def isatty(self) -> bool:
                """It is one."""
                return True

        screen = Screen()
        monkeypatch.setattr(sys, "stdout", screen)
        console = make_console(color=color)
        for line in stories([make_verdict(outcome=DIFFERS)]):
            console.print(line, soft_wrap=True)
        return screen.getvalue()

    def colours(self, text: str) -> bool:
        """Tell whether any escape sets a colour, and not only a weight."""
        codes = {
            code for one in self.ESCAPES.findall(text) for code in one[2:-1].split(";") if code
        }
        return bool(codes - {"0", "1", "2"})

    def test_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A terminal gets colours."""
        assert self.colours(self.printed(monkeypatch))

    def test_no_color(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """With NO_COLOR there are none, as https://no-color.org asks."""
        assert not self.colours(self.printed(monkeypatch, NO_COLOR="1"))

    def test_plain(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is written for a file has no escapes at all, wherever it is printed."""
        assert "\x1b" not in self.printed(monkeypatch, color=False)
        assert "\x1b" not in self.printed(monkeypatch, color=False, FORCE_COLOR="1")

    def test_colours_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who asks for colours gets them in spite of NO_COLOR."""
        assert self.colours(self.printed(monkeypatch, color=True, NO_COLOR="1"))

    def test_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is no terminal gets plain text, in long lines that can be copied."""
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        file = io.StringIO()
        monkeypatch.setattr(sys, "stdout", file)
        console = make_console()
        verdict = make_verdict("scripts/" + "x" * 200, DIFFERS)
        for line in stories([verdict]):
            console.print(line, soft_wrap=True)
        assert verdict.rerun in file.getvalue()
        assert "\x1b" not in file.getvalue()


def test_limits() -> None:
    """A run prints as much as a person reads, and its report file holds the rest."""
    assert terminal.STORIES < 50
    assert terminal.DIFF_LINES < 50
