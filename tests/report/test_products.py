"""Tests of what is made from a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.errors import UsageError
from envparity.report.badge import badge
from envparity.report.jsonl import Report
from envparity.report.junit import junit
from envparity.report.markdown import markdown
from envparity.report.products import PRODUCTS, STDOUT, Products
from tests.doubles import make_header, make_verdict

REPORT = Report(make_header(), (make_verdict(),), {})


def test_files(tmp_path: Path) -> None:
    """Each product that is wanted is written where it is wanted."""
    paths = {name: tmp_path / name for name in PRODUCTS}
    wanted = Products(**paths)
    assert wanted
    wanted.check()
    wanted.write(REPORT)
    assert paths["markdown"].read_text() == markdown(REPORT)
    assert paths["junit"].read_text() == junit(REPORT)
    assert paths["badge"].read_text() == badge(REPORT)


def test_none(tmp_path: Path) -> None:
    """What nobody wants is not made."""
    assert not Products()
    Products().check()
    Products().write(REPORT)
    assert list(tmp_path.iterdir()) == []


def test_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """A product goes to standard output for a dash."""
    wanted = Products(badge=STDOUT)
    wanted.check()
    wanted.write(REPORT)
    assert capsys.readouterr().out == badge(REPORT)


@pytest.mark.parametrize("place", [".", "missing/file"])
def test_no_place(tmp_path: Path, place: str) -> None:
    """A place that cannot be written is found out before anything is judged."""
    with pytest.raises(UsageError, match=r": --junit cannot be written there$"):
        Products(junit=tmp_path / place).check()


def test_a_full_disk() -> None:
    """Where writing fails all the same, it is one line."""
    with pytest.raises(UsageError, match=r"^/dev/full: cannot be written: No space left"):
        Products(junit=Path("/dev/full")).write(REPORT)
