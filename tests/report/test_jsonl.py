"""Tests of the report file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity.errors import ReportError, UsageError
from envparity.report.jsonl import ReportWriter, read_report
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_verdict

HEADER = {"kind": "header", "format": 1, "envparity": "1.0"}
VERDICTS = [
    make_verdict("scripts/a", seconds=0.5),
    make_verdict("scripts/é[x]", Outcome.DIFFERS, differences=(make_difference("\udcff\x1b"),)),
    make_verdict("venvs/c", Outcome.SKIPPED),
]


def write(path: Path, *verdicts: Verdict, complete: bool = True) -> Path:
    """Write a report as a run does."""
    writer = ReportWriter(path, HEADER)
    for verdict in verdicts:
        writer.add(verdict)
    writer.finish(len(verdicts), complete=complete)
    return path


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a report as any program reads them."""
    return [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]


def rewrite(path: Path, *documents: object) -> Path:
    """Write a report that no run has written."""
    path.write_text("".join(f"{json.dumps(one)}\n" for one in documents))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a small report."""
    return write(tmp_path / "report.jsonl", *VERDICTS)


class TestWriting:
    """A report is written while its run goes on."""

    def test_lines(self, path: Path) -> None:
        """There is a header, a line for each cell as it ends, and a footer with the counts."""
        header, *cells, footer = lines(path)
        assert header == HEADER
        assert cells == [verdict.to_json() for verdict in VERDICTS]
        assert footer == {
            "kind": "footer",
            "planned": 3,
            "reported": 3,
            "outcomes": {
                "error": 0, "differs": 1, "refused": 0, "unsupported": 0, "skipped": 1, "parity": 1,
            },
        }  # fmt: skip

    def test_while_it_is_written(self, tmp_path: Path) -> None:
        """Each line is on disk when its cell has ended."""
        path = tmp_path / "report.jsonl"
        writer = ReportWriter(path, HEADER)
        assert len(lines(path)) == 1
        writer.add(VERDICTS[0])
        assert len(lines(path)) == 2
        writer.finish(1, complete=False, stopped="SIGTERM")
        assert {"kind": "cut off", "by": "SIGTERM", "planned": 1, "reported": 1} == lines(path)[-1]
        with pytest.raises(ReportError, match=r":3: .* its run was cut off by SIGTERM"):
            read_report(path)

    def test_cut_off(self, tmp_path: Path) -> None:
        """The report of a run that was cut off has no footer, and is not read as whole."""
        path = write(tmp_path / "report.jsonl", *VERDICTS, complete=False)
        kinds = [line["kind"] for line in lines(path)]
        assert kinds == ["header", "cell", "cell", "cell", "cut off"]
        with pytest.raises(ReportError, match=r":5: the report has no footer: its run was cut"):
            read_report(path)

    def test_no_place(self, tmp_path: Path) -> None:
        """A place that cannot be written is one line, before anything has run."""
        path = tmp_path / "missing/report.jsonl"
        with pytest.raises(UsageError) as caught:
            ReportWriter(path, HEADER)
        assert str(caught.value) == (
            f"{path}: the report cannot be written: No such file or directory"
        )

    def test_a_full_disk(self) -> None:
        """A disk without room is one line that says what to do."""
        path = Path("/dev/full")
        with pytest.raises(ReportError) as caught:
            ReportWriter(path, HEADER)
        assert str(caught.value) == (
            f"{path}: the report was cut off: No space left on device "
            "(make room, or name another place with --report)"
        )


class TestReading:
    """A report is read whole or not at all."""

    def test_round_trip(self, path: Path) -> None:
        """What was written is read back, down to bytes that are no text."""
        report = read_report(path)
        assert report.header == HEADER
        assert list(report.verdicts) == VERDICTS
        assert [one.seconds for one in report.verdicts] == [0.5, 0.0, 0.0]
        assert report.footer["planned"] == 3

    def test_no_cells(self, tmp_path: Path) -> None:
        """A run without cells has a whole report as well."""
        assert read_report(write(tmp_path / "report.jsonl")).verdicts == ()

    def test_cut_at_every_byte(self, path: Path) -> None:
        """A report that was cut anywhere, be it of its last byte, is never read as whole."""
        whole = path.read_bytes()
        for length in range(len(whole)):
            path.write_bytes(whole[:length])
            with pytest.raises(ReportError) as caught:
                read_report(path)
            assert "\n" not in str(caught.value)
            assert str(caught.value).startswith(f"{path}:")

    def test_cut_in_a_line(self, path: Path) -> None:
        """A cut within a line is told as a run that was cut off, and not as something foreign."""
        path.write_bytes(path.read_bytes()[:-30])
        with pytest.raises(ReportError, match=r":4: the report has no footer: its run was cut"):
            read_report(path)

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            (b"", ":1: no report begins here: the first line is no header"),
            (b"\n", ":1: not a line of a report"),
            (b"<html>\n", ":1: not a line of a report"),
            (b"PK\x03\x04\xff\xff", ": no report: it is not UTF-8"),
            (b"[]\n", ":1: not a line of a report"),
            (b'"kind"\n', ":1: not a line of a report"),
            (b"7\n", ":1: not a line of a report"),
            (b'{"a": 1}\n', ":1: not a line of a report"),
            (b'{"kind": "footer"}\n', ":1: no report begins here"),
            (b'{"kind": "header"}\n', ":1: a report of format None (this version"),
            (b'{"kind": "header", "format": 2, "new": 1}\n', ":1: a report of format 2 (this v"),
            (b'{"kind": "header", "format": 1}\n', ":1: the report has no footer"),
            (b"[" * 100_000 + b"\n", ":1: not a line of a report"),
        ],
    )
    def test_foreign(self, tmp_path: Path, content: bytes, complaint: str) -> None:
        """What is no report, or one of another format, is one line that says so."""
        path = tmp_path / "report.jsonl"
        path.write_bytes(content)
        with pytest.raises(ReportError) as caught:
            read_report(path)
        assert str(caught.value).startswith(f"{path}{complaint}")

    def test_missing(self, tmp_path: Path) -> None:
        """A report that is not there, or is a folder, is one line."""
        with pytest.raises(ReportError, match=r"cannot be read: No such file or directory$"):
            read_report(tmp_path / "report.jsonl")
        with pytest.raises(ReportError, match=r"cannot be read: Is a directory$"):
            read_report(tmp_path)

    @given(st.binary(max_size=200))
    def test_any_bytes(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        """Whatever a file holds, it is one line and no traceback."""
        path = tmp_path_factory.getbasetemp() / "any.jsonl"
        path.write_bytes(content)
        with pytest.raises(ReportError):
            read_report(path)


class TestContradictions:
    """A report that contradicts itself is not believed."""

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"reported": 2}, "the footer counts 2 cells where there are 3"),
            ({"reported": None}, "the footer counts None cells where there are 3"),
            ({"outcomes": {"parity": 3}}, "the footer counts {'parity': 3} outcomes where there"),
            ({"outcomes": 3}, "the footer counts 3 outcomes where there are {'error': 0,"),
        ],
    )
    def test_footer(self, path: Path, change: dict[str, Any], complaint: str) -> None:
        """A footer that counts what is not there is an error on its line."""
        *above, footer = lines(path)
        rewrite(path, *above, {**footer, **change})
        with pytest.raises(ReportError) as caught:
            read_report(path)
        assert str(caught.value).startswith(f"{path}:5: {complaint}")

    @pytest.mark.parametrize("index", [1, 2, 3])
    def test_lost_line(self, path: Path, index: int) -> None:
        """A report that has lost a cell is not whole."""
        documents = lines(path)
        del documents[index]
        with pytest.raises(ReportError, match=r"the footer counts 3 cells where there are 2"):
            read_report(rewrite(path, *documents))

    @pytest.mark.parametrize("outcome", ["parity", "differs"])
    def test_second_verdict(self, path: Path, outcome: str) -> None:
        """A cell that is there twice is an error on its second line, whatever it says."""
        header, first, *rest = lines(path)
        again = {**first, "outcome": outcome}
        told = r":4: a second verdict on scripts/a with reference on 3\.12\.1"
        with pytest.raises(ReportError, match=told):
            read_report(rewrite(path, header, first, rest[0], again, *rest[1:]))

    def test_changed_outcome(self, path: Path) -> None:
        """A cell that was made to look better shows in the counts."""
        documents = lines(path)
        documents[2]["outcome"] = "parity"
        with pytest.raises(ReportError, match=r":5: the footer counts .* outcomes where there"):
            read_report(rewrite(path, *documents))

    @pytest.mark.parametrize("kind", ["header", "footer", "notice"])
    def test_order(self, path: Path, kind: str) -> None:
        """Nothing but cells stands between header and footer, so two reports in one are none."""
        header, *rest = lines(path)
        with pytest.raises(ReportError, match=rf":2: a {kind} among the cells"):
            read_report(rewrite(path, header, {"kind": kind}, *rest))

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"outcome": "fine"}, "not a cell: 'fine' is not a valid Outcome"),
            ({"differences": [{}]}, "not a cell: "),
            ({"differences": 1}, "not a cell: "),
            ({"differences": ["x"]}, "not a cell: "),
            ({"origin": None}, "not a cell: "),
        ],
    )
    def test_cell(self, path: Path, change: dict[str, Any], complaint: str) -> None:
        """A cell that is none is an error on its line."""
        header, first, *rest = lines(path)
        rewrite(path, header, {**first, **change}, *rest)
        with pytest.raises(ReportError) as caught:
            read_report(path)
        assert str(caught.value).startswith(f"{path}:2: {complaint}")
