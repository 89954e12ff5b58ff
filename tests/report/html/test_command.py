"""Tests of `envparity report --html` and `envparity compare --html`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from envparity.cli import main
from envparity.report.jsonl import ReportWriter
from envparity.report.products import steps_of
from envparity.scenario import load_scenario
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_verdict
from tests.report.html.pages import HEADER, Page

SCENARIO = """
summary = "A program says hello"
origin = ["PEP 405"]
steps = ["true", "echo hello\\n"]
"""


def write_report(path: Path, *verdicts: Verdict) -> str:
    """A report file of *verdicts*."""
    writer = ReportWriter(path, HEADER)
    for verdict in verdicts:
        writer.add(verdict)
    writer.finish(len(verdicts), complete=True)
    return str(path)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one scenario."""
    folder = tmp_path / "scenarios" / "scripts" / "hello"
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(SCENARIO)
    return tmp_path / "scenarios"


def test_a_page_with_steps(tmp_path: Path, corpus: Path) -> None:
    """The page of a report tells the steps of scenarios that are still the same."""
    scenario = load_scenario(corpus / "scripts" / "hello")[0]
    old = write_report(tmp_path / "old.jsonl", make_verdict(digest=scenario.digest))
    new = write_report(
        tmp_path / "new.jsonl", make_verdict(outcome=Outcome.DIFFERS, digest=scenario.digest)
    )
    out = tmp_path / "page.html"
    arguments = ["compare", old, new, "--html", str(out), "--corpus", str(corpus)]
    ended = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert ended.exit_code == 1
    page = Page(out.read_text(encoding="utf-8"))
    assert page.texts["strong.bad"] == ["1 cell got worse", "1 failure"]
    steps = [page.data["texts"][text] for text in page.data["scenarios"][0][3]]
    assert steps == ["true", "echo hello"]


def test_without_a_corpus(tmp_path: Path) -> None:
    """Where there is no corpus, no steps are known."""
    assert steps_of(tmp_path / "nowhere") == {}


def test_a_report_that_was_cut_off(tmp_path: Path) -> None:
    """A report that is not whole makes no page; one line says why, and the status is 4."""
    path = tmp_path / "report.jsonl"
    write_report(path, make_verdict())
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    out = tmp_path / "page.html"
    ended = CliRunner().invoke(main, ["report", str(path), "--html", str(out)])
    assert ended.exit_code == 4
    assert ended.output == (f"envparity: {path}:2: the report has no footer: its run was cut off\n")
    assert not out.exists()
