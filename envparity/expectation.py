"""Known failures of a builder, written down with their reasons in `expectations/KIND.toml`.

An entry says that cells fail, and how. Entries are strict: what is expected to fail and does not
fails the run, and so does what fails in another way than expected. So a file of expectations is
always what is true.

A rule says of a builder whose purpose differs from the claim what it makes differently on
purpose: a virtual environment is *meant* to share the standard library of its base. It explains
differences wherever they turn up; a cell is expected when all of its differences are explained.
"""

from __future__ import annotations

import fnmatch
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen
from packaging.specifiers import SpecifierSet

from envparity.comparison import Difference
from envparity.document import Document
from envparity.errors import CorpusError, UsageError
from envparity.scenario import is_named
from envparity.verdict import NOBODY, Outcome, Verdict

_CELLS = ("scenarios", "builders", "python", "interpreters")
_KEYS = (*_CELLS, "outcome", "difference", "reason", "reported")
_RULE_KEYS = (*_CELLS, "difference", "replace", "with", "reason", "reported")


def series(label: str) -> str:
    """What `interpreters` calls an interpreter: its label without the patch release.

    "3.12" of "3.12.1", "3.13t" of "3.13.0t", "3.11-debian" of "3.11.2-debian".
    """
    return re.sub(r"^(\d+\.\d+)\.\d+(?:(?:a|b|rc)\d+)?\+?", r"\1", label)


@frozen
class Cells:
    """Which cells an entry or a rule is about."""

    scenarios: tuple[str, ...]
    """Names, themes or globs."""
    builders: tuple[str, ...] = ()
    """Names as they are asked for, or globs; all of the kind's when empty."""
    kind: str = ""
    """The kind of builder that the file is about; any when empty."""
    python: SpecifierSet | None = None
    interpreters: tuple[str, ...] = ()
    """As `series` calls them, or globs; all when empty."""

    def cover(self, scenario: str, builder: str, label: str, version: str) -> bool:
        """Whether a cell is among them; *label* and *version* are the interpreter's."""
        name = series(label)
        return (
            self.kind in {"", builder.partition(":")[0]}
            and any(is_named(scenario, pattern) for pattern in self.scenarios)
            and (not self.builders or any(fnmatch.fnmatchcase(builder, p) for p in self.builders))
            and (self.python is None or self.python.contains(version, prereleases=True))
            and (
                not self.interpreters
                or any(fnmatch.fnmatchcase(name, p) for p in self.interpreters)
            )
        )


@frozen
class Expectation:
    """One entry: which cells fail, how, and why."""

    cells: Cells
    reason: str
    path: Path
    line: int
    outcome: Outcome = Outcome.DIFFERS
    difference: str = ""
    """A regular expression that is found in the cell's diffs or its reason; ^ begins a line."""
    reported: tuple[str, ...] = ()

    def explains(self, verdict: Verdict) -> bool:
        """Whether *verdict* is the failure that this entry describes."""
        told = [verdict.reason, *(line for one in verdict.differences for line in one.diff())]
        found = re.search(self.difference, "\n".join(told), re.MULTILINE)
        return verdict.outcome is self.outcome and found is not None


@frozen
class Rule:
    """One thing that the builder does differently on purpose.

    Either *replace*, wherever it is found in what the environment shows, stands for *by* in
    vanilla, or a step whose diffs have *difference* in them is meant to end as it does.
    """

    cells: Cells
    reason: str
    path: Path
    line: int
    difference: str = ""
    replace: str = ""
    by: str = ""
    reported: tuple[str, ...] = ()


def explanation(differences: Sequence[Difference], rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The *rules* that explain all of the *differences* between them; none if one is left.

    First what is replaced is put back. Where that leaves a difference, a rule has to know what
    the step did: its exit status, output and files are one event, so one of them is enough.
    """
    used: dict[Rule, None] = {}
    left: dict[int, list[str]] = {}
    for difference in differences:
        text = difference.environment
        for rule in rules:
            if rule.replace:
                back = functools.partial(_constant, rule.by)
                text, count = re.subn(rule.replace, back, text, flags=re.MULTILINE)
                used.update({rule: None} if count else {})
        if text != difference.vanilla:
            left.setdefault(difference.step, []).extend(evolve(difference, environment=text).diff())
    for lines in left.values():
        told = "\n".join(lines)
        knowing = [
            rule
            for rule in rules
            if rule.difference and re.search(rule.difference, told, re.MULTILINE)
        ]
        if not knowing:
            return ()
        used[knowing[0]] = None
    return tuple(used)


def _constant(text: str, _match: re.Match[str]) -> str:
    """What `with` says, with no meaning for its backslashes."""
    return text


@frozen
class Expectations:
    """The entries and rules of a run."""

    entries: tuple[Expectation, ...] = ()
    rules: tuple[Rule, ...] = ()

    @classmethod
    def read(cls, place: Path, builders: Iterable[str]) -> Expectations:
        """The expectations for *builders*: of the file *place*, or of the files KIND.toml in it.

        Raises CorpusError with path and line for what is wrong in a file.
        """
        files = files_for(place, builders)
        if not place.exists():
            raise UsageError("no expectations are there", path=place)
        entries: list[Expectation] = []
        rules: list[Rule] = []
        for file in files:
            if file.is_file():
                found, errors = read_expectations(file, kind="" if file == place else file.stem)
                if errors:
                    raise errors[0]
                entries += found.entries
                rules += found.rules
        return cls(tuple(entries), tuple(rules))

    def judge(self, verdict: Verdict, version: str, *, strict: bool = True) -> Verdict:
        """*verdict*, marked as expected where it is; an error where it is better than expected.

        Unless *strict*, what is better is left as it is.
        """
        if not verdict.outcome.is_judged or verdict.builder == NOBODY:
            return verdict
        cell = (verdict.scenario, verdict.builder, verdict.python, version)
        covering = [entry for entry in self.entries if entry.cells.cover(*cell)]
        for entry in covering:
            if entry.explains(verdict):
                return evolve(verdict, expected=entry.reason)
            if verdict.outcome is Outcome.PARITY and strict:
                error = CorpusError(
                    f"{verdict.scenario} is expected to fail, and is at parity",
                    path=entry.path,
                    line=entry.line,
                    hint="take the cell out of the entry, and be glad",
                )
                return evolve(verdict, outcome=Outcome.ERROR, reason=str(error))
        # An entry says of its cells how they fail. What fails otherwise is news, whatever a rule
        # may have to say to it.
        if not covering and (used := self.applied(verdict, version)):
            return evolve(verdict, expected="; ".join(rule.reason for rule in used))
        return verdict

    def applied(self, verdict: Verdict, version: str) -> tuple[Rule, ...]:
        """The rules that explain *verdict*; none when they do not."""
        if verdict.outcome is not Outcome.DIFFERS:
            return ()
        cell = (verdict.scenario, verdict.builder, verdict.python, version)
        return explanation(
            verdict.differences, [rule for rule in self.rules if rule.cells.cover(*cell)]
        )

    def idle(
        self, verdicts: Sequence[Verdict], versions: Mapping[str, str], scenarios: Sequence[str]
    ) -> list[CorpusError]:
        """The rules that explain nothing, one error for each builder and interpreter.

        A rule is held to account where all of its cells were run: *scenarios* are all that there
        are, *versions* those of the run's interpreters by their labels.
        """
        errors = []
        for rule in self.rules:
            names = {
                name for name in scenarios if any(is_named(name, p) for p in rule.cells.scenarios)
            }
            groups: dict[tuple[str, str], list[Verdict]] = {}
            for one in verdicts:
                version = versions.get(one.python)
                cell = (one.scenario, one.builder, one.python)
                if version is not None and rule.cells.cover(*cell, version):
                    groups.setdefault((one.builder, one.python), []).append(one)
            for (builder, label), cells in groups.items():
                judged = [one for one in cells if one.outcome.is_judged]
                is_whole = names <= {one.scenario for one in cells}
                if (
                    judged
                    and is_whole
                    and not any(rule in self.applied(one, versions[label]) for one in judged)
                ):
                    errors.append(
                        CorpusError(
                            f"the rule explains nothing that {builder} makes on {label}",
                            path=rule.path,
                            line=rule.line,
                            hint="take it out, or name its `interpreters`",
                        )
                    )
        return errors


def files_for(place: Path, builders: Iterable[str]) -> list[Path]:
    """The files with the expectations of *builders*: *place* itself, or KIND.toml in it."""
    kinds = dict.fromkeys(name.partition(":")[0] for name in builders)
    return [place] if place.is_file() else [place / f"{kind}.toml" for kind in kinds]


def read_expectations(file: Path, kind: str = "") -> tuple[Expectations, list[CorpusError]]:
    """What *file* says of builders of a *kind*, and all that is wrong with it."""
    try:
        document = Document.read(file)
    except CorpusError as error:
        return Expectations(), [error]
    return parse_expectations(document, kind), document.errors


def parse_expectations(document: Document, kind: str = "") -> Expectations:
    """What *document* says; what is wrong with it is in its `errors`."""
    document.check_keys(("expected", "rule"))
    entries = tuple(
        _read_entry(document, kind, "expected", index)
        for index in range(len(document.get(list, [], "expected")))
    )
    rules = tuple(
        _read_rule(document, kind, "rule", index)
        for index in range(len(document.get(list, [], "rule")))
    )
    return Expectations(entries, rules)


def _read_entry(document: Document, kind: str, *place: str | int) -> Expectation:
    document.check_keys(_KEYS, *place)
    outcome = document.get(str, str(Outcome.DIFFERS), *place, "outcome")
    failures = [str(one) for one in Outcome if one.is_failure]
    document.check_choice(outcome, failures, *place, "outcome")
    return Expectation(
        **_read_common(document, kind, *place),
        outcome=Outcome(outcome) if outcome in failures else Outcome.DIFFERS,
        difference=_read_pattern(document, *place, "difference"),
    )


def _read_rule(document: Document, kind: str, *place: str | int) -> Rule:
    document.check_keys(_RULE_KEYS, *place)
    difference, replace = (
        _read_pattern(document, *place, key) for key in ("difference", "replace")
    )
    by = document.get(str, "", *place, "with")
    given = document.get(dict, {}, *place)
    if ("difference" in given) == ("replace" in given):
        document.complain("a rule has either `difference` or `replace` and `with`", *place)
    elif ("replace" in given) != ("with" in given):
        document.complain("`replace` and `with` belong together", *place)
    return Rule(
        **_read_common(document, kind, *place), difference=difference, replace=replace, by=by
    )


def _read_common(document: Document, kind: str, *place: str | int) -> dict[str, Any]:
    """What entries and rules both have."""
    for needed in ("scenarios", "reason"):
        if not document.get(dict, {}, *place).get(needed):
            document.complain(f"`{needed}` is missing", *place)
    return {
        "cells": Cells(
            scenarios=document.strings(*place, "scenarios"),
            builders=document.strings(*place, "builders"),
            kind=kind,
            python=document.specifier(*place, "python"),
            interpreters=document.strings(*place, "interpreters"),
        ),
        "reason": document.get(str, "", *place, "reason"),
        "path": document.path,
        "line": document.line(*place),
        "reported": document.strings(*place, "reported"),
    }


def _read_pattern(document: Document, *place: str | int) -> str:
    text = document.get(str, "", *place)
    try:
        re.compile(text)
    except re.error as error:
        document.complain(f"`{place[-1]}` is no regular expression: {error}", *place)
        return ""
    return text


def lint_expectations(folder: Path, scenarios: Sequence[str]) -> list[CorpusError]:
    """All that is wrong with the files in *folder*, where *scenarios* are all there are."""
    errors: list[CorpusError] = []
    for file in sorted(folder.glob("*.toml")):
        found, wrong = read_expectations(file)
        errors += wrong
        known: list[Expectation | Rule] = [*found.entries, *found.rules]
        for entry in known:
            for pattern in entry.cells.scenarios:
                if not any(is_named(name, pattern) for name in scenarios):
                    message = f"no scenario is called `{pattern}`"
                    errors.append(CorpusError(message, path=file, line=entry.line))
    return errors
