"""Tests of the commands that read reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envparity.cli import main
from envparity.exhibit import Exhibit
from envparity.report.jsonl import ReportWriter, read_report
from envparity.report.schema import schema_text
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_header, make_outcome, make_verdict

PARITY, FAILS = make_verdict(), make_verdict(outcome=Outcome.DIFFERS)


def write(path: Path, *verdicts: Verdict, **header: Any) -> Path:
    """Write a report of these cells."""
    writer = ReportWriter(path, make_header(**header))
    for verdict in verdicts:
        writer.add(verdict)
    writer.finish(len(verdicts), complete=True)
    return path


def run(*arguments: object) -> Result:
    """Run the command line; nothing but an exit is raised."""
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


class TestReport:
    """`envparity report`."""

    def test_account(self, tmp_path: Path) -> None:
        """A report is shown as its run showed it: matrix, stories, totals."""
        result = run("report", write(tmp_path / "a.jsonl", PARITY, make_verdict("venvs/b")))
        assert result.exit_code == 0
        assert "scripts: parity in 1 scenario" in result.output
        assert "2 cells: 2 parity in 0.0 s" in result.output
        failing = write(tmp_path / "b.jsonl", FAILS)
        result = run("report", failing)
        assert result.exit_code == 0
        assert f"again: {FAILS.rerun}\n" in result.output
        assert "scripts/hello" in run("report", tmp_path / "a.jsonl", "-v").output

    def test_merged(self, tmp_path: Path) -> None:
        """Several reports are shown, written and rendered as one."""
        one = write(tmp_path / "1", PARITY, shard=[1, 2], planned=2)
        two = write(tmp_path / "2", make_verdict("venvs/b"), shard=[2, 2], planned=2)
        assert "2 cells: 2 parity" in run("report", one, two).output
        whole = tmp_path / "whole.jsonl"
        result = run("report", two, one, "--output", whole, "--badge", "-")
        assert result.exit_code == 0
        assert json.loads(result.output)["message"] == "2 of 2 cells"
        assert len(read_report(whole).verdicts) == 2
        missing = run("report", one)
        assert missing.exit_code == 4
        assert missing.output.startswith(f"envparity: {one}:1: shard 2/2 is missing")

    def test_products(self, tmp_path: Path) -> None:
        """Products are written, and nothing else is printed."""
        report = write(tmp_path / "a.jsonl", FAILS)
        result = run(
            "report", report, "--markdown", tmp_path / "m", "--junit", tmp_path / "j",
            "--badge", tmp_path / "b",
        )  # fmt: skip
        assert (result.exit_code, result.output) == (0, "")
        assert (tmp_path / "m").read_text().startswith("## envparity: 1 differs")
        assert (tmp_path / "j").read_text().startswith("<?xml")
        assert "isError" in (tmp_path / "b").read_text()

    def test_schema(self) -> None:
        """The schema is printed as it is."""
        result = run("report", "--schema")
        assert (result.exit_code, result.output) == (0, schema_text())
        assert json.loads(result.output)["$schema"].endswith("2020-12/schema")

    def test_nothing_asked(self) -> None:
        """Without a report there is nothing to do, and it says what would be."""
        result = run("report")
        assert result.exit_code == 4
        assert "name a report, or ask for --schema" in result.output

    def test_bad_places(self, tmp_path: Path) -> None:
        """A place that cannot be written ends with 4 and one line."""
        report = write(tmp_path / "a.jsonl", PARITY)
        for option in ("--output", "--markdown"):
            result = run("report", report, option, tmp_path / "missing" / "x")
            assert result.exit_code == 4
            assert len(result.output.splitlines()) == 1
            assert "missing/x: " in result.output

    def test_nearest(self, tmp_path: Path) -> None:
        """A report that is not there is told with those that have nearly its name."""
        write(tmp_path / "before.jsonl", PARITY)
        result = run("report", tmp_path / "befroe.jsonl")
        assert result.exit_code == 4
        assert result.output == (
            f"envparity: {tmp_path}/befroe.jsonl: the report cannot be read: "
            "No such file or directory (nearest: before.jsonl)\n"
        )
        assert "(nearest" not in run("report", tmp_path / "no" / "before.jsonl").output
        assert "(nearest" not in run("report", tmp_path / "xyz").output


class TestCompare:
    """`envparity compare`."""

    def test_markdown(self, tmp_path: Path) -> None:
        """The Markdown of a comparison says what has changed, and the gate's status stays."""
        old, new = write(tmp_path / "old", PARITY), write(tmp_path / "new", FAILS)
        result = run("compare", old, new, "--markdown", tmp_path / "m", "--badge", tmp_path / "b")
        assert result.exit_code == 1
        assert "1 cell got worse" in result.output
        text = (tmp_path / "m").read_text()
        assert text.startswith("## envparity: 1 cell got worse\n")
        assert "<code>scripts/hello</code>" in text
        assert json.loads((tmp_path / "b").read_text())["color"] == "red"
        printed = run("compare", old, new, "--markdown", "-")
        assert (printed.exit_code, printed.output) == (1, text)
        assert run("compare", old, old, "--markdown", "-").exit_code == 0

    def test_itself(self, tmp_path: Path) -> None:
        """A report compared with itself has nothing that changed."""
        report = write(tmp_path / "a", PARITY, make_verdict("scripts/b", Outcome.REFUSED))
        result = run("compare", report, report)
        assert result.exit_code == 0
        assert "1 still different, 1 unchanged\nnothing got worse\n" in result.output

    def test_required_names(self, tmp_path: Path) -> None:
        """A requirement that names nothing is told with the nearest names."""
        report = write(tmp_path / "a", PARITY)
        result = run("compare", report, report, "--require", "script")
        assert result.exit_code == 4
        assert result.output == (
            "envparity: nothing that 'script' requires was judged "
            "(nearest: scripts, scripts/hello)\n"
        )
        skipped = write(tmp_path / "b", make_verdict(outcome=Outcome.SKIPPED))
        assert "(nearest" not in run("compare", skipped, skipped, "--require", "scripts").output


class TestBadReports:
    """Whatever a file holds, a command ends with 4 and one line that names it."""

    def test_cut_anywhere(self, tmp_path: Path) -> None:
        """A report that was cut anywhere is never read as whole, and never a traceback."""
        path = tmp_path / "report.jsonl"
        whole = write(path, FAILS).read_bytes()
        good = write(tmp_path / "good.jsonl", PARITY)
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            # Each command on every third offset: all of them between them.
            commands = (
                ("report", path, "--markdown", "-"),
                ("compare", good, path),
                ("compare", path, good),
            )
            result = run(*commands[length % 3])
            assert result.exit_code == 4, length
            assert result.output.startswith(f"envparity: {path}:")
            assert len(result.output.splitlines()) == 1

    @pytest.mark.parametrize(
        ("header", "complaint"),
        [
            ({"builders": 3}, "`builders` is no list of objects"),
            ({"builders": ["uv"]}, "`builders` is no list of objects"),
            ({"builders": [{"name": "uv"}]}, "one of `builders` has no `asked`"),
            ({"interpreters": [{"python": "3.12.1"}]}, "one of `interpreters` has no `version`"),
            ({"scenarios": "all"}, "`scenarios` is no list of strings"),
            ({"commands": [1]}, "`commands` is no list of strings"),
            ({"envparity": 1}, "`envparity` is no string"),
            ({"planned": True}, "`planned` is no number of cells"),
            ({"planned": -1}, "`planned` is no number of cells"),
            ({"dealt_by": 1}, "`dealt_by` is no string"),
            ({"shard": [3, 2]}, "`shard` is not [k, n]"),
            ({"shard": [1]}, "`shard` is not [k, n]"),
            ({"shard": "1/2"}, "`shard` is not [k, n]"),
            ({"shard": [1, 10**9]}, "`shard` is not [k, n]"),
        ],
    )
    def test_header(self, tmp_path: Path, header: dict[str, Any], complaint: str) -> None:
        """A header that no run writes is an error on the first line."""
        path = write(tmp_path / "a.jsonl", PARITY, **header)
        result = run("report", path)
        assert (result.exit_code, result.output) == (
            4,
            f"envparity: {path}:1: not a header: {complaint}\n",
        )

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"scenario": 1}, "`scenario` is no string"),
            ({"origin": "PEP 8"}, "`origin` is no list of strings"),
            ({"origin": [8]}, "`origin` is no list of strings"),
            ({"seconds": "1"}, "`seconds` is no number"),
            ({"seconds": True}, "`seconds` is no number"),
            ({"seconds": -1}, "-1 seconds"),
            ({"seconds": float("nan")}, "nan seconds"),
            ({"differences": [{**FAILS.differences[0].to_json(), "step": "1"}]}, "the step of a "),
            ({"differences": [{**FAILS.differences[0].to_json(), "run": 1}]}, "a difference has "),
            ({"evidence": 1}, ""),
            ({"evidence": {}}, "it has no 'prefix'"),
            ({"evidence": {**Exhibit().to_json(), "tree": [1]}}, "the evidence has something "),
        ],
    )
    def test_cell(self, tmp_path: Path, change: dict[str, Any], complaint: str) -> None:
        """A cell that no run writes is an error on its line."""
        path = write(tmp_path / "a.jsonl", FAILS)
        header, cell, footer = path.read_text().splitlines()
        cell = json.dumps({**json.loads(cell), **change})
        path.write_text(f"{header}\n{cell}\n{footer}\n")
        result = run("report", path)
        assert result.exit_code == 4
        assert result.output.startswith(f"envparity: {path}:2: not a cell: {complaint}")
        assert len(result.output.splitlines()) == 1

    JUNK = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=2),
            st.dictionaries(
                st.sampled_from(["asked", "python", "version", "build", "kind", "exit"]), inner
            ),
        ),
        max_leaves=4,
    )

    @settings(
        deadline=None,
        max_examples=60,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.data())
    def test_anything_anywhere(self, tmp_path: Path, data: st.DataObject) -> None:
        """Whatever stands in the place of a value, it is a report or an error, and no traceback."""
        exhibit = Exhibit((make_outcome("a"),), (make_outcome("b"),), "/env", ("a",), False, {})
        verdict = make_verdict(outcome=Outcome.DIFFERS, exhibit=exhibit)
        path = write(tmp_path / "a.jsonl", verdict, make_verdict("a/b"))
        documents = [json.loads(line) for line in path.read_text().splitlines()]
        place: Any = documents
        key: Any = data.draw(st.integers(0, len(documents) - 1))
        while isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            keys = sorted(place) if isinstance(place, dict) else range(len(place))
            key = data.draw(st.sampled_from(keys))
        place[key] = data.draw(self.JUNK)
        path.write_text("".join(f"{json.dumps(document)}\n" for document in documents))
        products = [tmp_path / name for name in ("m", "j", "b")]
        result = run(
            "report", path, "--markdown", products[0], "--junit", products[1],
            "--badge", products[2],
        )  # fmt: skip
        assert result.exit_code in {0, 4}
        other = write(tmp_path / "other.jsonl", FAILS)
        for arguments in (("report", path), ("compare", path, other), ("report", path, other)):
            ended = run(*arguments)
            assert ended.exit_code in {0, 1, 4}
            if result.exit_code == 4:
                assert ended.exit_code == 4
                assert ended.output.startswith(f"envparity: {path}:")
                assert len(ended.output.splitlines()) == 1
