"""Tests of how one side is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envparity.errors import SandboxError
from envparity.explaining.evidence import command_words, observe, strace_of
from envparity.explaining.layers import Trio, trios
from envparity.plan import Settings
from envparity.subject import Subject, open_subject
from tests.acceptance.conftest import write_scenario

SCENARIO = """
summary = "The interpreter tells its prefix"
origin = ["PEP 405"]
steps = ["touch made", "ls; $PYTHON -c 'print(1)'", { run = "sleep 9", timeout = 1 }, "true"]
"""


@pytest.fixture(scope="module", name="subject")
def _subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    """A cell of the reference."""
    folder = tmp_path_factory.mktemp("evidence")
    write_scenario(folder / "corpus" / "identity" / "prefix", SCENARIO)
    settings = Settings(corpus=folder / "corpus", cache=folder / "cache")
    with open_subject("identity/prefix", settings) as subject:
        yield subject


@pytest.mark.parametrize("traced", [True, False])
def test_a_side_is_seen_with_and_without_strace(subject: Subject, traced: bool) -> None:
    """The commands of the step are found, and the prefix has its name."""
    strace = strace_of(subject.workshop) if traced else None
    if traced and strace is None:
        pytest.skip("strace is not installed")
    _, environment = subject.cell.sides(subject.workshop)
    found = observe(subject.cell, environment, subject.workshop, 1, strace=strace)
    assert traced is found.traced
    names = [Path(one["command"]).name for one in found.processes]
    assert ["ls", environment.python.name] == names
    assert "{prefix}" == found.processes[1]["bare"]["sys.prefix"]
    assert {} == found.installed


def test_without_namespaces_a_side_is_seen_as_well(tmp_path: Path) -> None:
    """The folder of the cell has the name that it has with them."""
    write_scenario(tmp_path / "corpus" / "identity" / "prefix", SCENARIO)
    settings = Settings(corpus=tmp_path / "corpus", cache=tmp_path / "cache", namespaces=False)
    with open_subject("identity/prefix", settings) as subject:
        home, _ = subject.cell.sides(subject.workshop)
        strace = strace_of(subject.workshop)
        found = observe(subject.cell, home, subject.workshop, 1, strace=strace)
    python = found.processes[1]
    assert "{prefix}" == python["bare"]["sys.prefix"]
    assert "/cell/home" in python["full"]["USER_SITE"]


def test_where_tracing_is_forbidden_the_step_is_looked_at_without(
    subject: Subject, tmp_path: Path
) -> None:
    """A strace that traces nothing is as good as none."""
    _, environment = subject.cell.sides(subject.workshop)
    found = observe(subject.cell, environment, subject.workshop, 1, strace="/bin/false")
    assert not found.traced
    assert 2 == len(found.processes)


def test_a_step_that_does_not_end_cannot_be_looked_at(subject: Subject) -> None:
    """It is said which."""
    _, environment = subject.cell.sides(subject.workshop)
    with pytest.raises(SandboxError, match="step 3 cannot be looked at"):
        observe(subject.cell, environment, subject.workshop, 3, strace=None)


def test_the_reference_parts_nowhere(subject: Subject) -> None:
    """Every fact of every layer is vanilla's: no explanation begins with a false alarm."""
    home, environment = subject.cell.sides(subject.workshop)
    strace = strace_of(subject.workshop)
    left, right = (
        observe(subject.cell, side, subject.workshop, 1, strace=strace)
        for side in (home, environment)
    )
    found: list[Trio] = list(trios(left.processes, right.processes, None))
    assert 2 == len(found)
    assert [] == [f for trio in found for one in trio.layers for f in one.facts if f.differs]


def test_words_of_commands() -> None:
    """Variables are filled in, assignments left out, and what only a shell can read as well."""
    run = "A=1; FOO=1 $PYTHON -c '1' && \"$BIN/greet\" a | wc -l; echo 'a; b'; $UNSET"
    assert [["/p", "-c", "1"], ["/b/greet", "a"], ["wc", "-l"], ["$UNSET"]] == command_words(
        run, {"PYTHON": "/p", "BIN": "/b"}
    )
