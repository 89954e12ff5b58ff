"""Tests of several reports as one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from envparity.errors import ReportError
from envparity.gate import Change, compare
from envparity.report.jsonl import Report, outcomes_of, read_report
from envparity.report.merging import merge, read_reports, write_report
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_header, make_verdict

PARITY, DIFFERS = Outcome.PARITY, Outcome.DIFFERS
ROW = make_header()["interpreters"][0]
BUILDER = make_header()["builders"][0]
OLD = {**ROW, "python": "3.8.18", "version": "3.8.18"}


def report(name: str, *verdicts: Verdict, **header: Any) -> Report:
    """A report of these cells, as if it were read from *name*."""
    count = len(verdicts)
    footer = {
        "kind": "footer",
        "planned": count,
        "reported": count,
        "outcomes": outcomes_of(verdicts),
    }
    return Report(make_header(**{"planned": count, **header}), verdicts, footer, Path(name))


def refusal(*reports: Report) -> str:
    """Why *reports* are not merged."""
    with pytest.raises(ReportError) as caught:
        merge(reports)
    return str(caught.value)


def shards(parts: int, verdicts: Sequence[Verdict], **header: Any) -> list[Report]:
    """The reports of a run that was dealt to *parts* machines."""
    return [
        report(
            f"{part}.jsonl",
            *verdicts[part - 1 :: parts],
            shard=[part, parts],
            planned=len(verdicts),
            commands=[f"envparity run --shard {part}/{parts}"],
            **header,
        )
        for part in range(1, parts + 1)
    ]


def cells(count: int) -> list[Verdict]:
    """Some cells, of which every third differs."""
    return [
        make_verdict(f"scripts/{number}", PARITY if number % 3 else DIFFERS)
        for number in range(count)
    ]


def test_one() -> None:
    """One whole report is itself."""
    one = report("a.jsonl", *cells(3))
    assert merge([one]) is one


@given(st.integers(1, 5), st.integers(5, 12), st.randoms(use_true_random=False))
def test_shards(parts: int, count: int, order: random.Random) -> None:
    """The shards of a run, in any order, are the run: compared with it, nothing has changed."""
    whole = report("whole.jsonl", *cells(count))
    reports = shards(parts, cells(count))
    order.shuffle(reports)
    merged = merge(reports)
    assert set(compare(whole, [merged]).counts) <= {Change.UNCHANGED, Change.STILL}
    assert {one.scenario for one in merged.verdicts} == {one.scenario for one in cells(count)}
    assert merged.footer["outcomes"] == whole.footer["outcomes"]


def test_header() -> None:
    """The header of the whole says what it was merged from, and how to run all of it again."""
    header = merge(shards(2, cells(4))).header
    assert header["shard"] is None
    assert header["planned"] == 4
    assert header["commands"] == ["envparity run"]
    assert [part["shard"] for part in header["parts"]] == [[1, 2], [2, 2]]
    more = report("more.jsonl", make_verdict("venvs/a"), problems=["broken"], scenarios=["venvs"])
    both = merge([report("a.jsonl", *cells(4), scenarios=["scripts"]), more]).header
    assert both["scenarios"] == ["scripts", "venvs"]
    assert both["problems"] == ["broken"]
    again = report("b.jsonl", make_verdict("wild/a"), scenarios=["wild"])
    thrice = merge([evolve(more, header=both), again]).header
    assert [part["shard"] for part in thrice["parts"]] == [None, None, None]
    assert merge([report("a.jsonl", *cells(1)), more]).header["scenarios"] == []


def test_complements() -> None:
    """Runs with different interpreters or builders complement each other."""
    one = report("a.jsonl", make_verdict())
    other = report("b.jsonl", make_verdict(python="3.8.18"), interpreters=[OLD])
    third = report("c.jsonl", make_verdict(builder="uv"), builders=[{**BUILDER, "asked": "uv"}])
    merged = merge([one, other, third])
    assert len(merged.verdicts) == 3
    assert [row["python"] for row in merged.header["interpreters"]] == ["3.12.1", "3.8.18"]
    assert [row["asked"] for row in merged.header["builders"]] == ["reference", "uv"]


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ({"corpus": "bad"}, "made with the corpus bad (a.jsonl was made with the corpus c0ffee)"),
        ({"envparity": "2"}, "made with envparity 2 (a.jsonl was made with envparity 1.0)"),
        ({"namespaces": False}, "made with namespaces: False ("),
        (
            {"interpreters": [{**ROW, "fingerprint": "x"}]},
            "3.12.1 is not the interpreter that it is in a.jsonl: its fingerprint is x (",
        ),
        ({"interpreters": [{**ROW, "build": "static"}]}, "3.12.1 is not the interpreter that it"),
        (
            {"builders": [{**BUILDER, "version": "2"}]},
            "reference is not the builder that it is in a.jsonl: its version is 2 (there it is 1)",
        ),
    ],
)
def test_foreign(header: dict[str, Any], complaint: str) -> None:
    """What was made with something else is refused, and both files are named."""
    told = refusal(report("a.jsonl", *cells(2)), report("b.jsonl", make_verdict(), **header))
    assert told.startswith(f"b.jsonl:1: {complaint}")


def test_overlap() -> None:
    """A cell that is in two reports counts once if they agree, and is refused if they do not."""
    one = report("a.jsonl", make_verdict("scripts/a"), make_verdict("scripts/b"))
    agrees = report("b.jsonl", make_verdict("scripts/c"), make_verdict("scripts/b"))
    assert len(merge([one, agrees]).verdicts) == 3
    for worse in (
        make_verdict("scripts/b", DIFFERS),
        make_verdict("scripts/b", digest="other"),
    ):
        told = refusal(one, report("b.jsonl", make_verdict("scripts/c"), worse))
        assert told.startswith("b.jsonl:3: scripts/b with reference on 3.12.1 ended in ")
        assert " and in parity at a.jsonl:3 (" in told
    expected = make_verdict("scripts/b", DIFFERS, expected="known")
    told = refusal(report("a.jsonl", expected), report("b.jsonl", evolve(expected, expected="")))
    assert "ended in differs, and in differs as expected at a.jsonl:2" in told


def test_twice() -> None:
    """The same report twice is refused; another run that says the same is not."""
    one = report("a.jsonl", *cells(2))
    assert (
        refusal(one, evolve(one, path=Path("b.jsonl"))) == "b.jsonl:1: the same report as a.jsonl"
    )
    later = report("b.jsonl", *(evolve(cell, seconds=1.0) for cell in cells(2)))
    assert len(merge([one, later]).verdicts) == 2


def test_missing_shards() -> None:
    """Some shards are no run, be it only one of them that is there."""
    found = shards(9, cells(20))
    assert refusal(found[0]) == (
        "1.jsonl:1: shard 2/9, 3/9, 4/9, 5/9, 6/9 and 3 more is missing "
        "(give the reports of all shards)"
    )
    assert refusal(*found[:-1]).startswith("1.jsonl:1: shard 9/9 is missing (")


def test_shards_of_other_runs() -> None:
    """Shards of different runs do not make one."""
    first, second = shards(2, cells(4))
    for header, complaint in (
        (
            {"planned": 7},
            "a shard of another run: its planned cells are 7 (those of 1.jsonl ",
        ),
        ({"scenarios": ["scripts"]}, "a shard of another run: its scenarios are ['scripts'] ("),
        ({"interpreters": [ROW, OLD]}, "a shard of another run: its interpreters are ['3.12.1', "),
        ({"shard": [2, 3]}, "shard 2/3, and 1.jsonl is one of 2 (merge the shards of one run"),
        ({"shard": None}, "no shard, and 1.jsonl is one of 2 ("),
        ({"shard": [1, 2]}, "shard 1/2, as 1.jsonl is"),
    ):
        other = evolve(second, header={**second.header, **header})
        assert refusal(first, other).startswith(f"2.jsonl:1: {complaint}")


def test_shards_dealt_otherwise() -> None:
    """Shards that were dealt by different durations are refused, and it is said what each was."""
    first, second = shards(2, cells(4), dealt_by="c0ffee")
    for by, complaint in (
        ("beef", "a shard dealt by the durations beef (1.jsonl was dealt by the durations c0ffee;"),
        (None, "a shard dealt without --durations (1.jsonl was dealt by the durations c0ffee;"),
    ):
        other = evolve(second, header={**second.header, "dealt_by": by})
        told = refusal(first, other)
        assert told == f"2.jsonl:1: {complaint} give all shards the same --durations)"
        assert refusal(other, first).startswith("1.jsonl:1: a shard dealt by the durations c0ffee")
    # A report of before there were durations has no such key.
    old = {key: value for key, value in second.header.items() if key != "dealt_by"}
    assert "dealt without --durations" in refusal(first, evolve(second, header=old))


def test_what_shards_were_dealt_by() -> None:
    """The whole has no dealing, and its command does not name the report that decided it."""
    reports = [
        evolve(one, header={**one.header, "commands": [f"envparity run --shard {part}/2 "
               f"--durations /{part}/old.jsonl"]})
        for part, one in enumerate(shards(2, cells(4), dealt_by="c0ffee"), 1)
    ]  # fmt: skip
    header = merge(reports).header
    assert header["dealt_by"] is None
    assert header["commands"] == ["envparity run"]
    alone = report("a.jsonl", *cells(2), commands=["envparity run --durations old.jsonl"])
    more = report("b.jsonl", make_verdict("venvs/a"))
    assert "envparity run --durations old.jsonl" in merge([alone, more]).header["commands"]


def test_lost_cells() -> None:
    """Shards that are not all of what was planned are refused."""
    told = refusal(*shards(2, cells(4))[:1], report("2.jsonl", shard=[2, 2], planned=4))
    assert told == "1.jsonl:1: 4 cells were planned, and the shards have 2"


def test_files(tmp_path: Path) -> None:
    """What was merged is written, and is read back as a report like any other."""
    paths = []
    for one in shards(2, cells(5)):
        paths.append(tmp_path / one.path)
        write_report(paths[-1], one)
    merged = read_reports(paths)
    write_report(tmp_path / "merged.jsonl", merged)
    assert read_report(tmp_path / "merged.jsonl") == merged
    paths[1].write_text("".join(paths[1].read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(ReportError, match=r"2\.jsonl:3: the report has no footer"):
        read_reports(paths)
