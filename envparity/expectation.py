"""Known failures of a builder, written down with their reasons in `expectations/KIND.toml`.

They are strict: what is expected to fail and does not fails the run, and so does what fails in
another way than expected. So a file of expectations is always what is true.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import evolve, frozen
from packaging.specifiers import SpecifierSet

from envparity.document import Document
from envparity.errors import CorpusError, UsageError
from envparity.scenario import is_named
from envparity.verdict import Outcome, Verdict

_KEYS = ("scenarios", "builders", "python", "outcome", "difference", "reason", "reported")

#: Outcomes that say nothing of what the builder made.
_NOT_JUDGED = {Outcome.SKIPPED, Outcome.UNSUPPORTED}


@frozen
class Expectation:
    """One entry: which cells fail, how, and why."""

    scenarios: tuple[str, ...]
    """Names, themes or globs."""
    reason: str
    path: Path
    line: int
    builders: tuple[str, ...] = ()
    """Names as they are asked for, or globs; all of the file's when empty."""
    python: SpecifierSet | None = None
    outcome: Outcome = Outcome.DIFFERS
    difference: str = ""
    """A regular expression that is found in the cell's diffs or its reason; ^ begins a line."""
    reported: tuple[str, ...] = ()

    def covers(self, scenario: str, builder: str, version: str) -> bool:
        """Whether this entry is about a cell; *version* is the interpreter's."""
        return (
            any(is_named(scenario, pattern) for pattern in self.scenarios)
            and (not self.builders or any(fnmatch.fnmatchcase(builder, p) for p in self.builders))
            and (self.python is None or self.python.contains(version, prereleases=True))
        )

    def explains(self, verdict: Verdict) -> bool:
        """Whether *verdict* is the failure that this entry describes."""
        told = [verdict.reason, *(line for one in verdict.differences for line in one.diff())]
        found = re.search(self.difference, "\n".join(told), re.MULTILINE)
        return verdict.outcome is self.outcome and found is not None


@frozen
class Expectations:
    """The entries of a run."""

    entries: tuple[Expectation, ...] = ()

    @classmethod
    def read(cls, place: Path, builders: Iterable[str]) -> Expectations:
        """The entries for *builders*: of the file *place*, or of the files KIND.toml in it.

        Raises CorpusError with path and line for what is wrong in a file.
        """
        kinds = dict.fromkeys(name.partition(":")[0] for name in builders)
        files = [place] if place.is_file() else [place / f"{kind}.toml" for kind in kinds]
        entries: list[Expectation] = []
        for file in files:
            if file.is_file():
                found, errors = read_expectations(file)
                if errors:
                    raise errors[0]
                entries += found
        if not place.exists():
            raise UsageError("no expectations are there", path=place)
        return cls(tuple(entries))

    def judge(self, verdict: Verdict, version: str) -> Verdict:
        """*verdict*, marked as expected where it is; an error where it is better than expected."""
        for entry in self.entries:
            if verdict.outcome in _NOT_JUDGED or not entry.covers(
                verdict.scenario, verdict.builder, version
            ):
                continue
            if entry.explains(verdict):
                return evolve(verdict, expected=entry.reason)
            if verdict.outcome is Outcome.PARITY:
                error = CorpusError(
                    f"{verdict.scenario} is expected to fail, and is at parity",
                    path=entry.path,
                    line=entry.line,
                    hint="take the cell out of the entry, and be glad",
                )
                return evolve(verdict, outcome=Outcome.ERROR, reason=str(error))
        return verdict


def read_expectations(file: Path) -> tuple[list[Expectation], list[CorpusError]]:
    """The entries of *file*, and all that is wrong with it."""
    try:
        document = Document.read(file)
    except CorpusError as error:
        return [], [error]
    document.check_keys(("expected",))
    entries = []
    for index in range(len(document.get(list, [], "expected"))):
        place = ("expected", index)
        document.check_keys(_KEYS, *place)
        for needed in ("scenarios", "reason"):
            if not document.data["expected"][index].get(needed):
                document.complain(f"`{needed}` is missing", *place)
        outcome = document.get(str, str(Outcome.DIFFERS), *place, "outcome")
        failures = [str(one) for one in Outcome if one.is_failure]
        document.check_choice(outcome, failures, *place, "outcome")
        entries.append(
            Expectation(
                scenarios=document.strings(*place, "scenarios"),
                reason=document.get(str, "", *place, "reason"),
                path=file,
                line=document.line(*place),
                builders=document.strings(*place, "builders"),
                python=document.specifier(*place, "python"),
                outcome=Outcome(outcome) if outcome in failures else Outcome.DIFFERS,
                difference=_read_pattern(document, index),
                reported=document.strings(*place, "reported"),
            )
        )
    return entries, document.errors


def _read_pattern(document: Document, index: int) -> str:
    text = document.get(str, "", "expected", index, "difference")
    try:
        re.compile(text)
    except re.error as error:
        message = f"`difference` is no regular expression: {error}"
        document.complain(message, "expected", index, "difference")
        return ""
    return text


def lint_expectations(folder: Path, scenarios: Sequence[str]) -> list[CorpusError]:
    """All that is wrong with the files in *folder*, where *scenarios* are all there are."""
    errors: list[CorpusError] = []
    for file in sorted(folder.glob("*.toml")):
        entries, found = read_expectations(file)
        errors += found
        for entry in entries:
            for pattern in entry.scenarios:
                if not any(is_named(name, pattern) for name in scenarios):
                    message = f"no scenario is called `{pattern}`"
                    errors.append(CorpusError(message, path=file, line=entry.line))
    return errors
