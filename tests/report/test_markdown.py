"""Tests of the Markdown for a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from envparity.gate import compare
from envparity.report.jsonl import Report
from envparity.report.markdown import markdown
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_header, make_verdict

PARITY, DIFFERS = Outcome.PARITY, Outcome.DIFFERS

#: As GitHub renders it: tables, and HTML that is let through.
RENDER = MarkdownIt("gfm-like", {"linkify": False}).enable("table")

#: What a comment on GitHub may hold, in characters.
GITHUB = 65_536


def report(*verdicts: Verdict, **header: Any) -> Report:
    """A report of these cells."""
    return Report(make_header(**header), verdicts, {})


class Page(HTMLParser):
    """What a browser makes of a page: its plain text, that in code, and its elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.plain: list[str] = []
        self.code: list[str] = []
        self.links: list[str] = []
        self.elements: set[str] = set()
        self.feed(RENDER.render(text))

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Go into an element."""
        self.elements.add(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave one."""
        assert self.open.pop() == tag, f"{tag} is not what was opened last"

    def handle_data(self, data: str) -> None:
        """Take text down."""
        (self.code if {"code", "a"} & {*self.open} else self.plain).append(data)


def test_failures() -> None:
    """A page has the gist, a row for what failed, and a folded story with the command."""
    verdicts = (
        make_verdict("scripts/a", DIFFERS, differences=(make_difference("x\ny", "x\nz"),)),
        make_verdict("scripts/a", python="3.8.18"),
        make_verdict("venvs/b"),
    )
    text = markdown(report(*verdicts))
    assert text.startswith("## envparity: 1 differs\n")
    assert "| builder | scenario | <code>3.12.1</code> |\n" in text
    assert "| <code>reference</code> | <code>scripts/a</code> | ✗ |" in text
    assert "venvs/b" not in text
    assert "3 cells: 2 parity, 1 differs" in text
    assert "In vanilla: a script says hello" in text
    assert "[PEP 405](https://peps.python.org/pep-0405/)" in text
    assert "```diff\n x\n-y\n+z\n```" in text
    assert f"```sh\n{verdicts[0].rerun}\n```" in text
    assert "envparity run --builder reference --python 3.12.1</code></sub>" in text
    assert {"details", "summary", "table", "pre"} <= Page(text).elements


def test_worst_first() -> None:
    """Errors come before differences, in the table and among the stories."""
    verdicts = [
        make_verdict("scripts/refused", Outcome.REFUSED),
        make_verdict("scripts/differs", DIFFERS),
        make_verdict("scripts/error", Outcome.ERROR),
    ]
    text = markdown(report(*verdicts))
    assert text.startswith("## envparity: 1 error, 1 differs, 1 refused\n")
    names = re.findall(r"<code>scripts/(\w+)</code>", text)
    assert names == ["error", "differs", "refused"] * 2


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ([make_verdict()], "parity"),
        ([make_verdict(outcome=DIFFERS, expected="known")], "parity"),
        ([make_verdict(outcome=Outcome.SKIPPED)], "nothing ran"),
        ([], "nothing ran"),
    ],
)
def test_no_failures(verdicts: list[Verdict], words: str) -> None:
    """A page without failures is short, and says whether anything was judged."""
    text = markdown(report(*verdicts))
    assert text.startswith(f"## envparity: {words}\n")
    assert "Nothing to look at." in text
    assert "<details>" not in text


def test_reasons() -> None:
    """What failed without a difference says why, once for all that failed so."""
    reason = "the builder refused: ```no```"
    verdicts = [make_verdict(f"scripts/{n}", Outcome.REFUSED, reason=reason) for n in range(3)]
    text = markdown(report(*verdicts))
    assert f"````\n{reason}\n````" in text
    assert "<code>scripts/0</code> and 2 more scenarios <b>refused</b>" in text


def test_changes() -> None:
    """With a gate the page says what got worse, what was fixed, and leaves out what stayed."""
    same = make_verdict("scripts/same", DIFFERS)
    old = report(make_verdict("scripts/a"), make_verdict("scripts/b", DIFFERS), same)
    new = report(make_verdict("scripts/a", DIFFERS), make_verdict("scripts/b"), same)
    text = markdown(new, compare(old, [new]))
    assert text.startswith("## envparity: 1 cell got worse\n")
    assert "| broken | still different | fixed |\n| ---: | ---: | ---: |\n| 1 | 1 | 1 |" in text
    assert "<summary>Got worse: 1 cell</summary>" in text
    assert (
        "- <code>scripts/a</code> with <code>reference</code> on <code>3.12.1</code>: "
        "broken (parity → differs)"
    ) in text
    assert "<summary>Fixed: 1 cell</summary>" in text
    assert "scripts/same" not in text
    assert markdown(old, compare(old, [old])).startswith("## envparity: nothing got worse\n")


def test_gone_and_required() -> None:
    """A cell that is gone is told without a story; one that is required and fails has one."""
    old, new = report(make_verdict("scripts/a"), make_verdict()), report(make_verdict())
    text = markdown(new, compare(old, [new]))
    assert "<code>scripts/a</code>" in text
    assert "gone (parity → no such cell)" in text
    assert "Again:" not in text
    failing = report(make_verdict(outcome=DIFFERS))
    text = markdown(failing, compare(failing, [failing], require=["scripts"]))
    assert text.startswith("## envparity: required to be at parity, and not: 1 cell\n")
    assert "Again:" in text
    assert "No cells." in markdown(report(), compare(report(), [report()]))


def test_much() -> None:
    """What does not fit is counted, and the last line is there."""
    long = "".join(f"{number} {'x' * 80}\n" for number in range(100))
    verdicts = [
        make_verdict(f"scripts/{number}", DIFFERS, python=f"3.{number % 30}.0",
                     differences=(make_difference("", long), *[make_difference()] * 19))
        for number in range(300)
    ]  # fmt: skip
    text = markdown(report(*verdicts))
    assert len(text.encode()) <= GITHUB
    assert re.search(r"… and \d+ more stories, in the report\.", text)
    assert "… and 260 more rows, 10 more interpreters" in text
    assert "… and 12 more differences" in text
    assert "… 76 more lines" in text
    assert text.rstrip().endswith("</sub>")
    old = report(*(make_verdict(one.scenario, python=one.python) for one in verdicts))
    text = markdown(report(*verdicts), compare(old, [report(*verdicts)]))
    assert "- … and 200 more" in text
    assert len(text.encode()) <= GITHUB


HOSTILE = st.one_of(
    st.text("a|`*_~<>[]()!#@&\\-=+\n\r\x1b\udcff\u202e\u2028 /:.'\"$é前", max_size=30),
    st.sampled_from(
        [
            "@torvalds",
            "NixOS/nixpkgs#1",
            "</details>",
            "<!--",
            "<script>",
            "````",
            "~~~",
            "[x](javascript:y)",
            "![x](https://example.org/x)",
            "https://example.org",
            "<https://example.org>",
            "a\n\n# title",
            "\\",
            "&amp;",
            "@" * 9_000,
        ]
    ),
)
VERDICTS = st.lists(
    st.builds(
        Verdict,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        st.sampled_from(list(Outcome)),
        HOSTILE,
        st.lists(
            st.builds(make_difference, HOSTILE, HOSTILE, run=HOSTILE, what=HOSTILE), max_size=2
        ).map(tuple),
        HOSTILE,
        st.lists(HOSTILE, max_size=3).map(tuple),
        st.sampled_from(["", "", "known"]),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=40)
@given(VERDICTS, VERDICTS, HOSTILE)
def test_whatever_it_is(old: list[Verdict], new: list[Verdict], word: str) -> None:
    """No report makes a page too long, mentions anybody, leads anywhere or breaks its blocks."""
    before, after = report(*old), report(*new, commands=[word], envparity=word, corpus=word)
    for text in (markdown(after), markdown(after, compare(before, [after]))):
        assert len(text.encode()) <= GITHUB
        assert text.startswith("## envparity: ")
        page = Page(text)
        assert page.open == []
        assert page.elements <= {
            "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details",
            "summary", "b", "a", "sub", "ul", "li",
        }  # fmt: skip
        assert not [one for one in page.links if not one.startswith("https://")]
        assert not re.search(r"[@#]\w", " ".join(page.plain))
