"""Tests of the Markdown for an upstream report."""

from __future__ import annotations

from pathlib import Path

from attrs import evolve

from envparity.shrinking.account import DIFF_LINES, comment, markdown
from envparity.shrinking.reduction import Reduced
from envparity.verdict import Outcome
from tests.doubles import make_difference, make_verdict
from tests.shrinking.test_reduction import draft

REDUCED = Reduced(
    draft(),
    make_verdict(outcome=Outcome.DIFFERS, builder="bug:farm"),
    attempts=7,
    seconds=1.5,
    finished=True,
)


def test_the_account_has_all_that_is_needed_to_see_it() -> None:
    """Summary, origin, files, steps, the difference and the command."""
    text = markdown(REDUCED, "scripts/big", Path("out"))
    for words in (
        "### A script says hello\n",
        "This is what vanilla CPython 3.12.1 does; `bug:farm` does otherwise.",
        "`scripts/big`",
        "https://peps.python.org/pep-0405/",
        "`packages/one/bin/one`, executable:\n\n    import os\n",
        "`packages/two/lib/two.py`:\n\n    (empty)\n",
        "    \\x00binary",
        "4 steps of `/bin/sh`",
        "    echo x && one; two\n",
        "```diff\n# stdout of `hello`\n-a\n+b\n```",
        "`envparity run --corpus=out scripts/hello --builder bug:farm --python 3.12.1`",
    ):
        assert words in text, text


def test_long_differences_are_cut() -> None:
    """Their end is counted."""
    long = make_difference("".join(f"{n}\n" for n in range(DIFF_LINES + 3)), "")
    reduced = evolve(REDUCED, verdict=evolve(REDUCED.verdict, differences=(long,)))
    assert "# … 3 more lines\n```" in markdown(reduced, "scripts/big", Path("out"))


def test_a_refusal_is_told_by_its_reason() -> None:
    """There is no step, and no difference but the reason."""
    verdict = make_verdict(outcome=Outcome.REFUSED, reason="two of a kind")
    text = markdown(
        evolve(REDUCED, verdict=verdict, draft=evolve(draft(), steps=())), "a/b", Path("out")
    )
    assert "`reference` refuses it: two of a kind." in text
    assert "+ two of a kind\n```" in text
    assert "/bin/sh" not in text
    assert "This is what a builder has to do" in text


def test_the_comment_says_where_it_comes_from() -> None:
    """Scenario, builder and interpreter."""
    assert (
        "Reduced from scripts/big by `envparity shrink`:\nit differs with bug:farm on 3.12.1."
        == comment(REDUCED, "scripts/big")
    )
