"""Tests of what is printed of an explanation."""

from __future__ import annotations

from typing import Any

from envparity.explaining.account import BRIEFLY, FACTS, LINES, account
from envparity.explaining.explanation import Explanation
from envparity.explaining.layers import Fact, Layer
from envparity.report.terminal import make_console
from envparity.verdict import Outcome
from tests.doubles import make_verdict


def printed(*layers: Layer, **changes: Any) -> str:
    """The account, without colours."""
    fields: dict[str, Any] = {
        "verdict": make_verdict(outcome=Outcome.DIFFERS, builder="bug:farm"),
        "step": 0,
        "run": "hello",
        "program": "{prefix}/bin/hello",
        "layers": layers,
        "traced": True,
        "controlled": True,
    }
    console = make_console(color=False)
    console.width = 200
    with console.capture() as capture:
        console.print(account(Explanation(**{**fields, **changes})))
    return capture.get()


SAME = Layer("command", (Fact("program", "/bin/x", "/bin/x", None),))
HARMLESS = Layer("kernel shebang", (Fact("first line", "#!a", "#!b", "#!b"),))
PARTED = Layer("wrapper", (Fact("same", "0", "0", "0"), Fact("$HOME", "–", "/x", "–")))
LATER = Layer("argv[0]", (Fact("argv[0]", "a", "b\x1b[2J", None),))


def test_the_first_layer_at_which_the_sides_part_is_marked() -> None:
    """One mark each for what is the same, harmless, the first and a later difference."""
    output = printed(SAME, HARMLESS, PARTED, LATER)
    marks = {line.split()[1]: line.split()[0] for line in output.splitlines() if "  " in line[:4]}
    assert ("=", "~", "≠►", "≠") == tuple(
        marks[word] for word in ("command", "kernel", "wrapper", "argv[0]")
    )
    assert "The sides part at: wrapper" in output
    assert "✗ scripts/hello  with bug:farm on 3.12.1" in output
    assert "step 1: hello" in output
    assert "explained: {prefix}/bin/hello" in output
    assert "the same" in output


def test_both_sides_stand_next_to_each_other() -> None:
    """Control characters are shown, and what is the same is left out."""
    (row,) = [line for line in printed(SAME, LATER).splitlines() if "argv[0]  argv[0]" in line]
    assert ["≠►", "argv[0]", "argv[0]", "a", "b\\x1b[2J"] == row.split()
    assert "same  0" not in printed(PARTED)


def test_of_long_values_the_lines_that_differ() -> None:
    """The others are the same anyway, and many are counted."""
    left = "".join(f"line {n}\n" for n in range(40))
    output = printed(
        Layer("the script", (Fact("text", left, left.replace("line 7", "x 7"), None),))
    )
    assert "line 7" in output
    assert "x 7" in output
    assert "line 8" not in output
    many = printed(Layer("the script", (Fact("text", left, "", None),)))
    assert f"… {40 - LINES} more" in many
    assert "(nothing)" in many


def test_of_many_facts_the_first() -> None:
    """The others are counted; of harmless ones fewer are shown."""
    facts = tuple(Fact(f"f{n}", "a", "b", None) for n in range(FACTS + 2))
    assert "… 2 more" in printed(Layer("site", facts))
    harmless = tuple(Fact(f"f{n}", "a", "b", "b") for n in range(BRIEFLY + 3))
    assert "… 3 more" in printed(Layer("site", harmless), PARTED, LATER)


def test_layers_without_a_short_fact() -> None:
    """They are still a row."""
    output = printed(Layer("site", ()), Layer("the script", (Fact("text", "a\nb", "a\nb", None),)))
    assert "site" in output
    assert "the script" in output


def test_what_evidence_is_missing_is_said() -> None:
    """Without strace and without the reference less can be told."""
    output = printed(SAME, traced=False, controlled=False)
    assert "without strace" in output
    assert "without the reference" in output
    assert "The sides part nowhere" in output
    assert "without" not in printed(SAME)
    assert "explained: no program; the shell did it" in printed(SAME, program="")
