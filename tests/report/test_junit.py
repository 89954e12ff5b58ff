"""Tests of the JUnit XML."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from envparity.report.jsonl import Report
from envparity.report.junit import clean, junit
from envparity.verdict import Outcome, Verdict
from tests.doubles import make_difference, make_header, make_verdict

#: What Jenkins' schema (xunit-plugin, junit-10.xsd) lets an element have: required attributes,
#: optional ones, and children.
SCHEMA = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure"}),
    "skipped": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "failure": (set(), {"type", "message"}, set()),
}


def parse(*verdicts: Verdict) -> ElementTree.Element:
    """The document of a report of these cells, held against the schema."""
    root = ElementTree.fromstring(junit(Report(make_header(), verdicts, {})).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        required, optional, children = SCHEMA[element.tag]
        assert required <= {*element.keys()} <= required | optional, element.tag
        assert {child.tag for child in element} <= children
        assert children or not len(element)
    return root


def test_suites() -> None:
    """There is a suite for each builder and interpreter, with its counts and facts."""
    root = parse(
        make_verdict("scripts/a", Outcome.DIFFERS, seconds=1.5),
        make_verdict("scripts/b", Outcome.ERROR, seconds=0.25),
        make_verdict("scripts/c", Outcome.SKIPPED),
        make_verdict("scripts/d"),
        make_verdict("scripts/a", python="3.8.18"),
        make_verdict("scripts/a", builder="uv"),
    )
    assert [suite.get("name") for suite in root] == [
        "reference on 3.12.1", "reference on 3.8.18", "uv on 3.12.1",
    ]  # fmt: skip
    first = root[0]
    counts = {key: first.get(key) for key in ("tests", "failures", "errors", "skipped", "time")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1", "time": "1.750"}
    assert first.get("timestamp") == "2024-05-06T07:08:09"
    assert {one.get("name"): one.get("value") for one in first.iter("property")} == {
        "builder": "reference", "python": "3.12.1", "envparity": "1.0", "corpus": "c0ffee",
    }  # fmt: skip
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("6", "1", "1")


def test_cases() -> None:
    """A cell is a test of its theme's class; what failed has its story, and passed has nothing."""
    outcomes = [*Outcome]
    cells = [make_verdict(f"scripts/{outcome}[x]", outcome) for outcome in outcomes]
    suite = parse(*cells, make_verdict("venvs/e", Outcome.DIFFERS, expected="a venv"))[0]
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert cases["parity[x]"].get("classname") == "reference on 3.12.1.scripts"
    assert {name: [child.tag for child in case] for name, case in cases.items()} == {
        "error[x]": ["error"],
        "differs[x]": ["failure"],
        "refused[x]": ["failure"],
        "unsupported[x]": ["skipped"],
        "skipped[x]": ["skipped"],
        "parity[x]": [],
        "e": ["skipped"],
    }
    failure = cases["differs[x]"][0]
    assert (failure.get("type"), failure.get("message")) == ("differs", "for a reason")
    assert failure.text is not None
    assert f"again: {cells[1].rerun}" in failure.text
    assert "-a\n" in failure.text
    assert cases["skipped[x]"][0].get("message") == "skipped: for a reason"
    assert cases["e"][0].get("message") == "differs: expected to fail: a venv"


def test_unreadable_scenario() -> None:
    """A scenario without a theme is a test all the same."""
    (case,) = parse(make_verdict("odd", Outcome.ERROR)).iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("reference on 3.12.1.odd", "odd")


def test_nothing() -> None:
    """A report without cells is a document without suites."""
    assert len(parse()) == 0


def test_clean() -> None:
    """What XML forbids is spelled, and everything else stays."""
    assert clean("a\x00b\x1b[1m\udcff\ufffe\r\n\t<&é前") == (
        "a\\x00b\\x1b[1m\\udcff\\ufffe\\r\n\t<&é前"
    )


@given(st.text(st.characters(codec=None), max_size=20))
def test_any_text(text: str) -> None:
    """Whatever a builder prints, the document is well-formed and is read back as it was written."""
    (case,) = parse(
        make_verdict(
            f"scripts/{text}",
            Outcome.DIFFERS,
            builder=text,
            reason=text,
            differences=(make_difference(text, text + "!", what=text, run=text),),
        )
    ).iter("testcase")
    assert case.get("name") == clean(text) or text == ""
    assert case[0].get("message") == clean(text)
