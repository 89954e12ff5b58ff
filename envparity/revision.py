"""The revision of a file of expectations: what `envparity run --update-expectations` writes.

What a run saw is put into the file: a failure that nothing there explains becomes an entry with
the seen difference as its pattern, and an entry loses the cells that no longer fail as it says.
Of cells that were not run nothing is known, and nothing is changed. Comments stay with the entry
they stand above; rules are for people to write.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomlkit
from attrs import define, field, frozen
from tomlkit.items import Array, String

from envparity.document import Document
from envparity.errors import CorpusError
from envparity.expectation import (
    Expectation,
    Expectations,
    files_for,
    parse_expectations,
    read_expectations,
    series,
)
from envparity.scenario import is_named
from envparity.verdict import NOBODY, Outcome, Verdict

if TYPE_CHECKING:
    from envparity.plan import Plan

#: A cell by scenario, builder and the interpreter's label.
Key = tuple[str, str, str]

#: As much of a line as a pattern quotes.
_QUOTED = 100


@frozen
class Run:
    """What a run knows of its cells."""

    verdicts: tuple[Verdict, ...]
    versions: Mapping[str, str]
    """Of all interpreters that there are, by label, whether they took part or not."""
    scenarios: tuple[str, ...]
    """All that there are."""

    def of(self, builders: Iterable[str]) -> Run:
        """The part that is about *builders*."""
        wanted = set(builders)
        chosen = tuple(one for one in self.verdicts if one.builder in wanted)
        return Run(chosen, self.versions, self.scenarios)

    @property
    def builders(self) -> list[str]:
        """The builders, as they were asked for."""
        return sorted({one.builder for one in self.verdicts})

    @property
    def unsettled(self) -> list[Verdict]:
        """What tells nothing of a builder: the harness or a scenario broke."""
        return [
            one
            for one in self.verdicts
            if one.outcome is Outcome.ERROR and not one.reason.startswith("builder ")
        ]


@define
class Block:
    """A stretch of the file: an entry with the comment above it, or what is before the first."""

    text: str
    entry: Expectation | None = None


@define
class Revision:
    """A file that is being revised by *run*."""

    file: Path
    run: Run
    added: int = 0
    narrowed: int = 0
    dropped: int = 0
    _blocks: list[Block] = field(factory=list)

    def revise(self) -> str:
        """Rewrite the file, and say in one line what was changed.

        Raises CorpusError for a file that is wrong as it is, or that cannot be written.
        """
        self._blocks = _split(self.file)
        self._narrow()
        self._add()
        if not (self.added or self.file.exists()):
            return f"{self.file}: nothing to write down"
        text = "\n\n".join(block.text.strip("\n") for block in self._blocks if block.text.strip())
        draft = self.file.with_name(f".{self.file.name}.{os.getpid()}")
        try:
            draft.write_text(text + "\n" if text else "")
            _, errors = read_expectations(draft)
            assert not errors, errors
            draft.replace(self.file)
        except OSError as error:
            raise CorpusError(
                f"cannot be written: {error.strerror}",
                path=self.file,
                hint="--expectations names another place",
            ) from None
        finally:
            draft.unlink(missing_ok=True)
        return f"{self.file}: {self.added} added, {self.narrowed} changed, {self.dropped} dropped"

    def _narrow(self) -> None:
        """Take what no longer holds out of the entries."""
        verdicts = {(one.scenario, one.builder, one.python): one for one in self.run.verdicts}
        revised = []
        for block in self._blocks:
            if block.entry is None:
                revised.append(block)
                continue
            entry = block.entry
            covered = self._covered(entry)
            seen = [key for key in covered if key in verdicts]
            lost = {
                key
                for key in seen
                if verdicts[key].outcome.is_judged and not entry.explains(verdicts[key])
            }
            if not lost:
                revised.append(block)
                continue
            void = {key for key in seen if not verdicts[key].outcome.is_judged}
            kept = [key for key in covered if key not in lost | void]
            blocks = [
                Block(_rewritten(block.text, changes), entry)
                for changes in self._selections(kept, entry)
            ]
            if blocks:
                self.narrowed += 1
            else:
                self.dropped += 1
            revised += blocks
        self._blocks = revised

    def _covered(self, entry: Expectation) -> list[Key]:
        """The cells that *entry* is about, whether they were run or not."""
        kind = self.file.stem
        named = [name for name in entry.cells.builders if not re.search(r"[*?[]", name)]
        builders = sorted({*self.run.builders, *named, kind})
        return [
            (scenario, builder, label)
            for scenario in self.run.scenarios
            if any(is_named(scenario, pattern) for pattern in entry.cells.scenarios)
            for builder in builders
            for label, version in self.run.versions.items()
            if entry.cells.cover(scenario, builder, label, version)
        ]

    def _selections(self, keys: Iterable[Key], entry: Expectation | None) -> list[dict[str, Any]]:
        """The keys of entries that are about these cells and, of those seen, no others."""
        shapes: dict[tuple[tuple[str, frozenset[str]], ...], list[str]] = {}
        by_scenario: dict[str, dict[str, set[str]]] = {}
        for scenario, builder, label in keys:
            by_scenario.setdefault(scenario, {}).setdefault(builder, set()).add(series(label))
        for scenario, builders in by_scenario.items():
            shape = tuple(sorted((name, frozenset(where)) for name, where in builders.items()))
            shapes.setdefault(shape, []).append(scenario)
        if entry is None:
            all_builders = {*self.run.builders, self.file.stem}
            everywhere = {series(label) for label in self.run.versions}
        else:
            all_builders = {builder for _, builder, _ in self._covered(entry)}
            everywhere = {series(label) for _, _, label in self._covered(entry)}
        selections = []
        for shape, scenarios in shapes.items():
            groups: dict[frozenset[str], list[str]] = {}
            for builder, where in shape:
                groups.setdefault(where, []).append(builder)
            for where, names in groups.items():
                selection: dict[str, Any] = {"scenarios": scenarios}
                if not all_builders <= set(names):
                    selection["builders"] = names
                if not self._applicable(scenarios, names) & everywhere <= where:
                    selection["interpreters"] = sorted(where, key=_release)
                selections.append(selection)
        return selections

    def _applicable(self, scenarios: Sequence[str], builders: Sequence[str]) -> set[str]:
        """The interpreters on which one of these cells is judged, for all that is known."""
        void = {
            (one.scenario, one.builder, series(one.python))
            for one in self.run.verdicts
            if not one.outcome.is_judged
        }
        everywhere = {series(label) for label in self.run.versions}
        return {
            where
            for where in everywhere
            if not all((name, builder, where) in void for name in scenarios for builder in builders)
        }

    def _add(self) -> None:
        """Write down the failures that nothing explains."""
        known = Expectations(
            tuple(one for block in self._blocks for one in _entries(block)),
            read_expectations(self.file)[0].rules if self.file.exists() else (),
        )
        new: dict[tuple[Outcome, str], list[Verdict]] = {}
        unsettled = self.run.unsettled
        for one in self.run.verdicts:
            judged = known.judge(one, self.run.versions[one.python], strict=False)
            if judged.is_failure and one not in unsettled:
                new.setdefault((one.outcome, quoted(one)), []).append(one)
        for (outcome, difference), verdicts in new.items():
            keys = [(one.scenario, one.builder, one.python) for one in verdicts]
            for selection in self._selections(keys, None):
                entry = dict(selection)
                if outcome is not Outcome.DIFFERS:
                    entry["outcome"] = str(outcome)
                entry["difference"] = difference
                told = [one.reason for one in verdicts if one.scenario in selection["scenarios"]]
                entry["reason"] = f"not yet explained: {told[0]}"
                self._blocks.append(Block(_written(entry)))
                self.added += 1


def revise(plan: Plan, verdicts: Sequence[Verdict]) -> list[str]:
    """Rewrite the expectations of *plan* with what its run saw; one line for each file, and more
    for what could not be written down.

    Raises CorpusError for a file that cannot be revised.
    """
    place = plan.settings.expectations
    run = Run(
        tuple(one for one in verdicts if one.builder != NOBODY),
        {one.label: one.version for one in plan.found},
        tuple(plan.scenario_names()),
    )
    told = []
    for file in files_for(place, plan.settings.builders):
        builders = [name for name in run.builders if file in files_for(place, [name])]
        told.append(Revision(file, run.of(builders)).revise())
    if left := run.unsettled:
        told.append(f"{len(left)} cells in error say nothing of a builder, and are in no file")
    return told


def quoted(verdict: Verdict) -> str:
    """A pattern for what *verdict* shows: its most telling line, with any number for a number."""
    line = verdict.reason[:_QUOTED]
    start = ""
    if verdict.differences:
        lines = [line for one in verdict.differences for line in one.diff()[1:]]
        line, start = _telling([one for one in lines if one[:1] in "+-"])[:_QUOTED], "^"
    escaped = re.sub(r"\\([ #&~-])", r"\1", re.escape(line))
    return start + _CHANGING.sub(_any, escaped)


#: What changes from one interpreter or run to another: addresses, temporary files, numbers.
_CHANGING = re.compile(r"0x[0-9a-f]{6,}|\btmp\w{8}\b|\d+(?:\\\.\d+)*")


def _any(match: re.Match[str]) -> str:
    if match[0].startswith("0x"):
        return "0x[0-9a-f]+"
    return r"tmp\w+" if match[0].startswith("tmp") else r"[\d.]+"


def _telling(lines: Sequence[str]) -> str:
    """Of a diff's *lines* the one that says most: an error, the base, or what came first."""
    added = [line for line in lines if line.startswith("+") and line[1:].strip()]
    for pattern in (r"(?:Error|error|not found|No such|cannot|failed)\b.", r"\{base\}", r"\D"):
        found = [line for line in added if re.search(pattern, line[1:])]
        if found:
            return found[0]
    removed = [line for line in lines if re.search(r"\D", line[1:].strip())]
    return (removed or added or list(lines))[0]


def _release(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", name))


def _entries(block: Block) -> tuple[Expectation, ...]:
    """The entry of *block*, as its text has it now."""
    if block.entry is None:
        return ()
    return parse_expectations(Document(block.entry.path, block.text)).entries


def _split(file: Path) -> list[Block]:
    """The blocks of *file*; CorpusError if it is not what the format allows."""
    if not file.exists():
        return [Block(f"# What {file.stem} is known to fail, and why (docs/real-builders.md).")]
    found, errors = read_expectations(file)
    if errors:
        raise errors[0]
    document = Document.read(file)
    lines = document.text.split("\n")
    heads = {entry.line: entry for entry in found.entries}
    heads_of_rules = {rule.line for rule in found.rules}
    blocks = [Block("")]
    starts: dict[int, Expectation | None] = {}
    for line in sorted({*heads, *heads_of_rules}):
        if not lines[line - 1].lstrip().startswith("[["):
            raise CorpusError(
                "cannot be rewritten: entries are written as `[[expected]]`", path=file, line=line
            )
        start = line - 1
        while start > 0 and lines[start - 1].startswith("#"):
            start -= 1
        starts[start] = heads.get(line)
    for number, line_text in enumerate(lines):
        if number in starts:
            blocks.append(Block("", starts[number]))
        blocks[-1].text += line_text + "\n"
    return blocks


def _rewritten(text: str, changes: Mapping[str, Any]) -> str:
    """The entry *text* with other values for *changes*, and everything else as it was."""
    document = tomlkit.parse(text)
    entries: Any = document["expected"]
    for key, value in changes.items():
        entries[0][key] = _value(value)
    if "interpreters" in changes:
        entries[0].pop("python", None)
    return tomlkit.dumps(document)


def _written(entry: Mapping[str, Any]) -> str:
    """A new entry."""
    table = tomlkit.table()
    for key, value in entry.items():
        table.add(key, _value(value))
    document = tomlkit.document()
    document.add("expected", tomlkit.aot())
    entries: Any = document["expected"]
    entries.append(table)
    return tomlkit.dumps(document)


def _value(value: str | Sequence[str]) -> String | Array:
    if isinstance(value, str):
        # A literal string needs no second layer of backslashes.
        literal = "'" not in value and value.isprintable()
        return tomlkit.string(value, literal=literal and "\\" in value)
    array = tomlkit.array()
    array.extend(value)
    return array.multiline(sum(map(len, value)) > 60)
