"""Tests of the profile of a run."""

from __future__ import annotations

from rich.console import Console, RenderableType

from envparity.report.profile import profile
from tests.doubles import make_verdict


def rendered(table: RenderableType) -> str:
    """The text of *table* on a wide terminal."""
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def test_where_the_seconds_went() -> None:
    """Each part has its column, what is left of a cell is the harness's, and of a run waiting."""
    verdicts = [
        make_verdict("venvs/a", seconds=5.0, spent={"oracle": 1.0, "build": 2.0, "steps": 1.5}),
        make_verdict("scripts/b", seconds=1.0, spent={"oracle": 0.0, "build": 0.0, "steps": 1.0}),
        make_verdict("scripts/c", seconds=9.0, spent={"steps": 9.0}, recalled=True),
    ]
    text = rendered(profile(verdicts, 4.0, 2))
    rows = {words[0]: words[1:] for words in map(str.split, text.splitlines()) if words}
    assert ["cells", "oracle", "build", "steps", "harness", "s", "ms", "a", "cell"] == rows["theme"]
    assert ["1", "1.0", "2.0", "1.5", "0.5", "5.0", "5000"] == rows["venvs"]
    assert ["1", "0.0", "0.0", "1.0", "0.0", "1.0", "1000"] == rows["scripts"]
    assert ["2", "1.0", "2.0", "2.5", "0.5", "6.0", "3000"] == rows["all"]
    assert "4.0 s × 2 = 8.0 s; 2.0 s of waiting" in text
    assert "processor" not in text
    assert "5.0 s  venvs/a with reference on 3.12.1" in text


def test_processor_time() -> None:
    """The run is compared with the processor time of what was under test, where that is known."""
    verdicts = [make_verdict("scripts/b", seconds=1.0, spent={"steps": 1.0}, processor=0.8)]
    text = rendered(profile([*verdicts, make_verdict(processor=9.0, recalled=True)], 1.0, 1))
    assert "1.25 × the 0.8 s of processor time under test" in text


def test_nothing_judged() -> None:
    """A run of which all was known has spent nothing, and divides by nothing."""
    text = rendered(profile([make_verdict(recalled=True)], 1.0, 2))
    assert "0.0 " in text
    assert "2.0 s of waiting" in text
