"""JUnit XML, as GitLab and Jenkins read it: one test suite for each builder and interpreter.

The elements and attributes are those of the schema of Jenkins' xUnit plugin (jenkins-junit.xsd).
Both tools show a test by its class and name, so the class has the builder and the interpreter:
Jenkins takes what is before its last full stop for the package.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from envparity.report.jsonl import Report
from envparity.report.terminal import printable, stories
from envparity.verdict import Outcome, Verdict

#: What is no character of XML 1.0 (section 2.2), and the carriage return that parsers lose.
_FORBIDDEN = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """*report* as an XML document."""
    suites: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in report.verdicts:
        suites.setdefault((verdict.builder, verdict.python), []).append(verdict)
    root = ElementTree.Element("testsuites", _counts("envparity", report.verdicts))
    del root.attrib["skipped"]  # the schema has it in suites alone
    for (builder, python), verdicts in suites.items():
        name = f"{builder} on {python}"
        suite = ElementTree.SubElement(root, "testsuite", _counts(name, verdicts))
        if started := report.header.get("started"):
            # The schema's timestamps have no zone.
            suite.set("timestamp", clean(started)[:19])
        properties = ElementTree.SubElement(suite, "properties")
        facts = {"builder": builder, "python": python}
        facts |= {key: str(report.header.get(key, "")) for key in ("envparity", "corpus")}
        for key, value in facts.items():
            ElementTree.SubElement(properties, "property", name=key, value=clean(value))
        for verdict in verdicts:
            _case(suite, name, verdict)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def clean(text: str) -> str:
    """*text* with what XML forbids spelled, as a terminal's control characters are."""
    return _FORBIDDEN.sub(lambda match: printable(match[0]), text)


def _counts(name: str, verdicts: Sequence[Verdict]) -> dict[str, str]:
    kinds = Counter(map(_kind, verdicts))
    seconds = sum(verdict.seconds for verdict in verdicts)
    return {
        "name": clean(name),
        "tests": str(len(verdicts)),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
        "skipped": str(kinds["skipped"]),
        "time": f"{seconds:.3f}",
    }


def _kind(verdict: Verdict) -> str:
    """The element that says how a cell ended; empty for one that passed."""
    if verdict.expected:
        return "skipped"
    if verdict.outcome is Outcome.ERROR:
        return "error"
    if verdict.outcome.is_deviation:
        return "failure"
    return "" if verdict.outcome is Outcome.PARITY else "skipped"


def _case(suite: ElementTree.Element, name: str, verdict: Verdict) -> None:
    theme, _, scenario = verdict.scenario.partition("/")
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=clean(f"{name}.{theme}"),
        name=clean(scenario or theme),
        time=f"{verdict.seconds:.3f}",
    )
    kind = _kind(verdict)
    if kind == "skipped":
        reason = f"expected to fail: {verdict.expected}" if verdict.expected else verdict.reason
        ElementTree.SubElement(case, "skipped", message=clean(f"{verdict.outcome}: {reason}"))
    elif kind:
        element = ElementTree.SubElement(
            case, kind, type=str(verdict.outcome), message=clean(verdict.reason)
        )
        told = "\n".join(line.plain for line in stories([verdict], limit=None))
        element.text = clean(told)
