"""docs/trust.md says what the tests of faults try, all of it and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envparity.corpus import data_folder
from tests.faults import test_hostile_builders, test_hostile_steps

ROOT = data_folder()
TEXT = (ROOT / "docs" / "trust.md").read_text("utf-8")

#: Modules whose every test is a row of the table of faults.
MODULES = ("test_interpreters", "test_kills", "test_resources", "test_signals")


def test_attempts() -> None:
    """The tables of hostile steps and builders have a row for each attempt, at least 25 in all."""
    rows = set(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE))
    tried = [
        (name, one.stops)
        for attempts in (test_hostile_steps.ATTEMPTS, test_hostile_builders.ATTEMPTS)
        for name, one in attempts.items()
    ]
    assert [] == [row for row in tried if row not in rows]
    assert len(tried) >= 25


@pytest.mark.parametrize("module", MODULES)
def test_faults(module: str) -> None:
    """Each test of a fault is a row of the table."""
    text = (Path(__file__).parent / f"{module}.py").read_text("utf-8")
    assert [] == [name for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)
                  if f"`{name}` |" not in TEXT]  # fmt: skip


def test_every_row_is_tried() -> None:
    """The table of faults names no test that there is not."""
    sources = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    named = re.findall(r"`(test_\w+)` \|$", TEXT, re.MULTILINE)
    assert named
    assert [] == [name for name in named if not any(f"def {name}(" in one for one in sources)]
