"""Tests of what a page has of its cells and stories."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.errors import ReportError
from envparity.gate import Change, compare
from envparity.report.html import matrix
from envparity.report.html.matrix import CHANGES, Matrix, address, as_json
from envparity.verdict import Outcome
from tests.doubles import make_difference, make_verdict
from tests.report.html.pages import make_page, report

FAILS = make_verdict(outcome=Outcome.DIFFERS)


def test_every_cell_is_a_letter(tmp_path: Path) -> None:
    """Each builder has one letter per scenario and interpreter, a space where no cell is."""
    verdicts = [
        make_verdict("b/two[x]", outcome, python=python, expected=expected)
        for outcome, python, expected in (
            (Outcome.SKIPPED, "3.9.1", ""),
            (Outcome.DIFFERS, "3.12.1", ""),
            (Outcome.REFUSED, "3.10.0", "known"),
        )
    ]
    one = make_verdict("a/one", Outcome.ERROR, builder="uv")
    data = make_page(tmp_path, [report(*verdicts, one)]).data
    assert data["builders"] == ["reference", "uv"]
    assert [label for label, _ in data["pythons"]] == ["3.9.1", "3.10.0", "3.12.1"]
    assert [scenario[0] for scenario in data["scenarios"]] == ["a/one", "b/two[x]"]
    assert data["cells"] == ["   sRd", "  e   "]
    assert data["changes"] == []


def test_letters_differ() -> None:
    """No two outcomes, and no two kinds of change, share a letter."""
    assert len({*matrix.LETTERS.values(), matrix.GONE}) == len(Outcome) + 1
    assert len(set(CHANGES.values())) == len(Change)


def test_headings(tmp_path: Path) -> None:
    """An interpreter is headed by its minor version, unless another has the same."""
    labels = ("3.8.1", "3.11.2-debian", "3.11.7")
    cells = [make_verdict(python=python) for python in labels]
    assert make_page(tmp_path, [report(*cells)]).data["pythons"] == [
        ["3.8.1", "3.8"],
        ["3.11.2-debian", "3.11.2-debian"],
        ["3.11.7", "3.11.7"],
    ]


def test_reports_of_different_cells_are_one_page(tmp_path: Path) -> None:
    """Several reports are one matrix."""
    page = make_page(tmp_path, [report(make_verdict()), report(make_verdict(builder="uv"))])
    assert page.data["cells"] == ["p", "p"]


def test_two_verdicts_on_one_cell() -> None:
    """Reports that judge the same cell are refused, and the cell is named."""
    with pytest.raises(ReportError, match=r"two verdicts on scripts/hello with reference on 3\.12"):
        Matrix.of([report(make_verdict()), report(FAILS)])


def test_a_story(tmp_path: Path) -> None:
    """A cell that differs has its reason, its expectation and each difference with its step."""
    cell = make_verdict(
        outcome=Outcome.DIFFERS,
        reason="stdout differs",
        expected="known",
        differences=(make_difference("one a\n", "one b\n", step=1, run="run\nthis\n"),),
    )
    page = make_page(tmp_path, [report(cell)])
    assert page.told() == [1]
    assert page.stories == [[[[2, "run\nthis", "stdout", [[["one ", "a"], ["one ", "b"]]]]], None]]
    texts = page.data["texts"]
    assert [texts[text] for text in page.data["briefs"][0]] == ["stdout differs", "known"]


def test_a_story_is_told_once(tmp_path: Path) -> None:
    """Cells that tell the same have one story, and parity has none."""
    cells = [
        make_verdict(f"a/{number}", Outcome.DIFFERS if number % 2 else Outcome.PARITY)
        for number in range(6)
    ]
    page = make_page(tmp_path, [report(*cells)])
    assert len(page.stories) == 1
    assert page.told() == [0, 1, 0, 1, 0, 1]


def test_many_stories(tmp_path: Path) -> None:
    """Stories are found by their number, however many lie together."""
    count = 2 * matrix.STORIES + 1
    cells = [
        make_verdict(f"a/{n:04}", Outcome.DIFFERS, differences=(make_difference(str(n), "x"),))
        for n in range(count)
    ]
    page = make_page(tmp_path, [report(*cells)])
    assert [len(page.texts["script.stories"]), page.data["perChunk"]] == [3, matrix.STORIES]
    assert page.told() == list(range(1, count + 1))
    assert [story[0][0][3][0][0] for story in page.stories] == [[str(n)] for n in range(count)]


def test_as_many_stories_as_lie_together(tmp_path: Path) -> None:
    """No chunk is empty."""
    cells = [
        make_verdict(f"a/{n:04}", Outcome.SKIPPED, reason=str(n)) for n in range(matrix.STORIES)
    ]
    assert len(make_page(tmp_path, [report(*cells)]).texts["script.stories"]) == 1


def test_steps_of_the_corpus(tmp_path: Path) -> None:
    """A scenario that is still the one of the report has its steps, another has none."""
    cells = make_verdict("a/same", digest="1"), make_verdict("b/other", digest="2")
    data = make_page(tmp_path, [report(*cells)], steps={"1": ["make", "run"]}).data
    steps = [[data["texts"][text] for text in scenario[3]] for scenario in data["scenarios"]]
    assert steps == [["make", "run"], []]


@pytest.mark.parametrize(
    ("origin", "found"),
    [
        ("PEP 405", "https://peps.python.org/pep-0405/"),
        ("NixOS/nixpkgs#1", "https://github.com/NixOS/nixpkgs/issues/1"),
        ("https://example.org/x", "https://example.org/x"),
        ("CPython Doc/library/site.rst", ""),
        ("PEP of nobody", ""),
        ("javascript:alert(1)", ""),
        ("httpjavascript:x", ""),
    ],
)
def test_address(origin: str, found: str) -> None:
    """An origin leads to the web or nowhere."""
    assert address(origin) == found


def test_json_has_no_markup() -> None:
    """Neither an end of a script nor a comment can be written in the data."""
    written = as_json(["</script><!--", "&lt;", "é"])
    assert written == r'["\u003c/script\u003e\u003c!--","\u0026lt;","\u00e9"]'


class TestComparing:
    """A page of two reports shows what changed."""

    def test_letters(self, tmp_path: Path) -> None:
        """Every cell has the letter of its change."""
        old = report(make_verdict("a/1"), FAILS, make_verdict("a/3"))
        new = report(make_verdict("a/1", Outcome.DIFFERS), make_verdict(), make_verdict("a/3"))
        data = make_page(tmp_path, [new], baseline=old).data
        kinds = [data["kinds"][letter] for letter in data["changes"][0]]
        assert kinds == ["broken", "unchanged", "fixed"]
        assert data["cells"] == ["dpp"]

    def test_what_it_was(self, tmp_path: Path) -> None:
        """What changed tells how it was, with the differences of then."""
        old = report(FAILS, make_verdict("a/1"))
        page = make_page(tmp_path, [report(make_verdict(), make_verdict("a/1"))], baseline=old)
        assert page.told() == [0, 1]
        assert page.stories == [
            [[], ["differs", "for a reason", [[1, "hello", "stdout", [[["a"], ["b"]]]]]]]
        ]

    def test_what_is_still_so(self, tmp_path: Path) -> None:
        """What differs as before is not told twice."""
        ((now, was),) = make_page(tmp_path, [report(FAILS)], baseline=report(FAILS)).stories
        assert now == [[1, "hello", "stdout", [[["a"], ["b"]]]]]
        assert was == ["differs", "for a reason", []]

    def test_gone(self, tmp_path: Path) -> None:
        """What is gone has a letter of its own, and counts among no outcomes."""
        page = make_page(
            tmp_path, [report(make_verdict())], baseline=report(make_verdict(), make_verdict("a/1"))
        )
        assert page.data["cells"] == ["gp"]
        assert page.stories == [[[], ["parity", "", []]]]
        assert "in 1 cell: 2 scenarios" in " ".join(page.texts["span"])

    def test_skipped_before_and_not_there_now(self) -> None:
        """A cell that was never judged is not missed."""
        old, new = report(make_verdict("a/1", Outcome.SKIPPED)), report(make_verdict())
        found = Matrix.of([new], compare(old, [new]))
        assert found.scenarios == ("scripts/hello",)
        assert not found.gone

    def test_a_page_with_itself(self, tmp_path: Path) -> None:
        """Compared with itself nothing has changed."""
        one = report(make_verdict(), make_verdict("a/1", Outcome.SKIPPED))
        data = make_page(tmp_path, [one], baseline=one).data
        assert {data["kinds"][letter] for letter in data["changes"][0]} == {"unchanged"}
