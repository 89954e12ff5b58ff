"""Tests of the published schema, against reports as runs write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from envparity.exhibit import Exhibit
from envparity.report.jsonl import FORMAT, ReportWriter
from envparity.report.merging import read_reports, write_report
from envparity.report.schema import schema_text
from envparity.verdict import Outcome
from tests.doubles import make_difference, make_header, make_outcome, make_verdict

SCHEMA = json.loads(schema_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def closed(schema: Any) -> Any:
    """The schema, in which objects have no keys but those that are named."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        found["additionalProperties"] = False
    return found


STRICT = jsonschema.Draft202012Validator(closed(SCHEMA))


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    """Write a report with a cell of each outcome, and one with evidence."""
    path = tmp_path / "report.jsonl"
    writer = ReportWriter(path, make_header())
    for number, outcome in enumerate(Outcome):
        writer.add(make_verdict(f"scripts/{number}", outcome, seconds=0.25))
    step = make_outcome("a", files={"made": "é\udcff"})
    exhibit = Exhibit((step,), (step,), "/env", ("drwxr-xr-x bin",), True, {"bin/a": "#!/bin/sh"})
    differs = (make_difference("\x1b", "b"),)
    writer.add(make_verdict("a/b[c]", Outcome.DIFFERS, differences=differs, exhibit=exhibit))
    writer.finish(len(Outcome) + 1, complete=True)
    return path


def test_it_is_a_schema() -> None:
    """The schema is one, and of the format and the outcomes that there are."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$defs"]["header"]["properties"]["format"]["const"] == FORMAT
    assert SCHEMA["$defs"]["outcome"]["enum"] == [str(one) for one in Outcome]


def test_every_line(path: Path) -> None:
    """Each line that is written is one of the schema's, with no key that it does not name."""
    for line in path.read_text().splitlines():
        STRICT.validate(json.loads(line))


def test_merged(path: Path) -> None:
    """So is each line of what several reports were merged to."""
    header = make_header(builders=[{**make_header()["builders"][0], "asked": "uv"}])
    other = path.with_name("other.jsonl")
    writer = ReportWriter(other, header)
    writer.add(make_verdict(builder="uv"))
    writer.finish(1, complete=True)
    write_report(path, read_reports([path, other]))
    lines = path.read_text().splitlines()
    assert len(lines) == len(Outcome) + 4
    for line in lines:
        STRICT.validate(json.loads(line))


#: What may be any number that is not negative.
NUMBERS = {"seconds", "processor"}


def test_it_says_no(path: Path) -> None:
    """A line that lacks any of its keys, or has one of another type, is not the schema's."""
    for line in path.read_text().splitlines():
        document = json.loads(line)
        for key in document:
            if key not in {"evidence", "processor"}:
                lacking = {name: value for name, value in document.items() if name != key}
                assert not VALIDATOR.is_valid(lacking), key
            assert not VALIDATOR.is_valid({**document, key: 1.5}) or key in NUMBERS, key
