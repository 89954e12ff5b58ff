"""Tests of the page: one file, from which nothing leads out and into which nothing gets."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envparity.errors import ReportError
from envparity.gate import compare
from envparity.report.html.page import html
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict
from tests.report.html.pages import Page, make_page, report

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\x1b]0;x\x07\u202e\"'&{{7*7}}"
)


def hostile(text: str) -> Verdict:
    """A cell that says *text* wherever it may say anything."""
    return make_verdict(
        f"theme/{text}",
        Outcome.DIFFERS,
        builder=text,
        python=text,
        reason=text,
        summary=text,
        origin=(text,),
        expected=text,
        differences=(make_difference(text, text + "x", run=text, what=text),),
    )


def hostile_header(text: str) -> dict[str, Any]:
    """A header that says *text* wherever it may say anything."""
    return {
        "envparity": text,
        "corpus": text,
        "machine": text,
        "user": text,
        "builders": [{"asked": text, "name": text, "version": text}, text],
        "interpreters": [{"python": text, "build": text, "executable": text}],
        "problems": [text],
        "namespaces": False,
        "why_plain": text,
    }


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """A small page."""
    cells = make_verdict(), make_verdict("a/b", Outcome.DIFFERS), make_verdict("a/c", builder="uv")
    return make_page(tmp_path, [report(*cells)])


def test_it_is_html(page: Page) -> None:
    """A strict parser of HTML has nothing against the page."""
    html5lib.HTMLParser(strict=True).parse(page.source)


def test_nothing_is_loaded(page: Page) -> None:
    """No element names anything that a browser would fetch."""
    fetching = {"src", "srcset", "href", "data", "action", "poster", "background", "style"}
    assert [(tag, each) for tag, each in page.elements if fetching & {*each}] == []
    assert {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in page.elements} == set()
    for style in page.texts["style"]:
        assert "url(" not in style
        assert "@import" not in style
    assert "fetch(" not in page.source
    assert "innerHTML" not in page.source


def test_the_policy(page: Page) -> None:
    """The policy lets in the page's own style and script, by their hashes, and nothing else."""
    (policy,) = (each["content"] for tag, each in page.elements if "http-equiv" in each)
    (script,) = (text for text in page.texts["script"] if not text.startswith("{"))
    (style,) = page.texts["style"]
    hashes = [
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (script, style)
    ]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_hostile_reports(tmp_path: Path, page: Page) -> None:
    """Whatever a report says, the page has the elements that it would have without it."""
    found = make_page(tmp_path, [report(hostile(HOSTILE), **hostile_header(HOSTILE))])
    html5lib.HTMLParser(strict=True).parse(found.source)
    tags = [tag for tag, _ in found.elements]
    assert "img" not in tags
    assert tags.count("script") == [tag for tag, _ in page.elements].count("script") == 3
    assert "\x1b" not in found.source
    assert "\u202e" not in found.source
    shown = HOSTILE.replace("\x1b", r"\x1b").replace("\x07", r"\x07").replace("\u202e", r"\u202e")
    assert found.data["builders"] == [shown]
    assert found.data["scenarios"][0][0] == f"theme/{shown}"
    assert found.stories[0][0][0][1:3] == [shown, shown]
    assert {f"No namespaces: {shown}", f"Left out: {shown}"} < {*found.texts["p.bad"]}


@given(st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_any_text(tmp_path: Path, text: str) -> None:
    """Any text in a report gives a page that a strict parser reads, with nothing hidden in it."""
    found = make_page(tmp_path, [report(hostile(text), **hostile_header(text))])
    html5lib.HTMLParser(strict=True).parse(found.source)
    assert found.source.replace("\n", "").isprintable()
    assert len(found.stories) == 1


@pytest.mark.parametrize("wrong", [None, 7, "x", ["x"], {"a": 1}, [{}]])
def test_foreign_headers(tmp_path: Path, wrong: object) -> None:
    """A header that is not what a run writes is shown as far as it goes."""
    names = ("builders", "interpreters", "problems", "machine")
    assert make_page(tmp_path, [report(make_verdict(), **dict.fromkeys(names, wrong))]).data[
        "cells"
    ] == ["p"]


def test_the_summary(page: Page) -> None:
    """Without a script one reads how many cells of each builder ended how."""
    assert page.texts["strong.bad"] == ["1 failure"]
    assert "in 3 cells: 3 scenarios, 2 builders, 1 interpreter" in page.texts["span"]
    assert page.texts["td"] == [*"0100010", *"0000010"]


def test_expected_failures_are_counted_apart(tmp_path: Path) -> None:
    """A failure that is known is counted as expected, and as nothing else."""
    cell = make_verdict(outcome=Outcome.DIFFERS, expected="known")
    found = make_page(tmp_path, [report(cell)])
    assert found.texts["strong.good"] == ["0 failures"]
    assert found.texts["td"] == [*"0000001"]


def test_the_same_run_is_the_same_page(tmp_path: Path) -> None:
    """In whatever order a run's cells ended, its page is the same."""
    cells = [make_verdict(f"a/{n}", Outcome.DIFFERS, seconds=n) for n in range(4)]
    one = make_page(tmp_path, [report(*cells)])
    assert one.source == make_page(tmp_path, [report(*reversed(cells))]).source


@pytest.mark.parametrize(
    ("outcome", "words"),
    [(Outcome.DIFFERS, "1 cell got worse"), (Outcome.PARITY, "nothing got worse")],
)
def test_what_a_comparison_comes_to(tmp_path: Path, outcome: Outcome, words: str) -> None:
    """The page of a comparison says at once whether anything got worse."""
    now = report(make_verdict(outcome=outcome))
    found = make_page(tmp_path, [now], baseline=report(make_verdict()))
    strong = found.texts.get("strong.bad", []) + found.texts.get("strong.good", [])
    assert words in strong


def test_what_is_required(tmp_path: Path) -> None:
    """Cells that are required and not at parity are counted in the page's head."""
    now = report(make_verdict(outcome=Outcome.DIFFERS))
    gate = compare(now, [now], require=["scripts"])
    found = make_page(tmp_path, [now], gate=gate)
    assert "1 required and not at parity" in found.texts["strong.bad"]


def test_several_reports_and_a_baseline(tmp_path: Path) -> None:
    """Reports of different builders are compared with a baseline of both."""
    uv = {"builders": [{"asked": "uv", "name": "uv"}]}
    both = {"builders": [{"asked": "reference"}, {"asked": "uv"}]}
    cells = make_verdict(), make_verdict(builder="uv")
    parts = [report(cells[0]), report(cells[1], **uv)]
    data = make_page(tmp_path, parts, baseline=report(*cells, **both)).data
    assert [data["kinds"][letter] for letter in "".join(data["changes"])] == ["unchanged"] * 2


def test_no_report() -> None:
    """Nothing cannot be compared."""
    with pytest.raises(ReportError, match="no report to make a page of"):
        html([], baseline=report(make_verdict()))
