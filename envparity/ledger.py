"""The ledger: verdicts that still hold, so that a run judges only what has changed.

A verdict is entered under everything it rests on (`envparity.fingerprint`), the builder's own
fingerprint among them, and is found again under that alone. What a cell did in an environment is
entered under the environment's content as well: when a builder has changed and builds the same,
nothing has to be run again. For a builder that declares no fingerprint nothing is entered.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self

from attrs import evolve, field, frozen

from envparity import capability, fingerprint
from envparity.cache import Cache, digest, digest_of_files
from envparity.comparison import Difference
from envparity.exhibit import Exhibit
from envparity.index import LOCK
from envparity.step import StepOutcome
from envparity.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from envparity.builders import Builder, Description
    from envparity.capability import Tool
    from envparity.cell import Cell
    from envparity.environment import Environment
    from envparity.interpreter import Interpreter

#: What is worth entering: the rest says nothing, or something about this one run.
LASTING = frozenset({Outcome.PARITY, Outcome.DIFFERS, Outcome.REFUSED})

#: What of a verdict is not said by the cell itself.
KEPT = ("outcome", "reason", "differences", "seconds", "evidence")

#: Where entries lie in the cache.
VERDICTS, OUTCOMES = "verdicts", "observed"


@frozen
class Ledger:
    """What a run may use again. *fresh* reads nothing, and enters what it sees."""

    cache: Cache
    common: str
    """What all cells of the run share: harness, host, machine, namespaces."""
    interpreters: dict[str, str]
    """By label; `$OTHER_PYTHON`'s are added when they are asked for."""
    builders: Mapping[str, str | None]
    """By name; None for those that declare nothing."""
    tools: Mapping[str, Tool]
    system_path: Sequence[str]
    fresh: bool = False
    since: int = field(factory=time.time_ns)
    """When the run began (ns since the epoch)."""
    _scenes: dict[tuple[str, str], str] = field(factory=dict, eq=False, repr=False)
    _contents: dict[Environment, str | None] = field(factory=dict, eq=False, repr=False)
    _identities: dict[tuple[str, ...], str] = field(factory=dict, eq=False, repr=False)

    @classmethod
    def open(
        cls,
        cache: Cache,
        interpreters: Mapping[Interpreter, str],
        builders: Sequence[Builder],
        descriptions: Mapping[str, Description],
        *,
        tools: Mapping[str, Tool],
        system_path: Sequence[str],
        namespaces: bool,
        fresh: bool,
    ) -> Self:
        """The ledger of a run of *builders* on *interpreters*, given with their fingerprints."""
        common = (fingerprint.of_harness(), fingerprint.of_host(), fingerprint.of_machine())
        return cls(
            cache=cache,
            common=digest(*common, namespaces),
            interpreters={one.label: known for one, known in interpreters.items()},
            builders={
                one.name: fingerprint.of_builder(descriptions[one.name], one.program)
                for one in builders
            },
            tools=tools,
            system_path=tuple(system_path),
            fresh=fresh,
        )

    def recall(self, cell: Cell) -> Verdict | None:
        """The verdict that a run before came to on the same cell, or None."""
        key = self._key(cell)
        document = None if key is None or self.fresh else self.cache.read(VERDICTS, key)
        if document is None:
            return None
        differences = [Difference.from_json(one) for one in document["differences"]]
        verdict = cell.verdict(Outcome(document["outcome"]), document["reason"], differences)
        evidence = document.get("evidence")
        exhibit = None if evidence is None else Exhibit.from_json(evidence)
        return evolve(verdict, seconds=document["seconds"], exhibit=exhibit, recalled=True)

    def enter(self, cell: Cell, verdict: Verdict) -> None:
        """Keep *verdict*, if it will hold for as long as nothing changes."""
        key = self._key(cell)
        if key is None or verdict.outcome not in LASTING:
            return
        written = verdict.to_json()
        self.cache.write(VERDICTS, key, {name: written[name] for name in KEPT if name in written})

    def observed(self, cell: Cell, environment: Environment) -> Observation:
        """What is known of the cell's steps in *environment*."""
        key = None
        if self._key(cell) is not None:
            if environment not in self._contents:
                content = fingerprint.of_environment(
                    environment, cell.interpreter, since=self.since
                )
                self._contents[environment] = content
            key = (content := self._contents[environment]) and digest(self._scene(cell), content)
        outcomes = None
        if key is not None and not self.fresh:
            document = self.cache.read(OUTCOMES, key)
            outcomes = document and [StepOutcome.from_json(one) for one in document]
        return Observation(self.cache, key, outcomes)

    def _key(self, cell: Cell) -> str | None:
        declared = self.builders.get(cell.builder.name)
        return declared and digest(self._scene(cell), cell.builder.name, declared)

    def _scene(self, cell: Cell) -> str:
        """Everything but what the builder makes."""
        place = cell.scenario.id, cell.interpreter.label
        if place not in self._scenes:
            self._scenes[place] = self._look_at(cell)
        return self._scenes[place]

    def _look_at(self, cell: Cell) -> str:
        scenario, interpreter = cell.scenario, cell.interpreter
        other = None
        if "two-pythons" in scenario.needs:
            other = capability.other_python(interpreter, cell.others)
        lock = scenario.path.parent / LOCK
        needs = tuple(scenario.needs)
        if needs not in self._identities:
            found = capability.identities(needs, self.tools, self.system_path)
            self._identities[needs] = found
        return digest(
            self.common,
            self._interpreter(interpreter),
            interpreter.label,
            scenario.id,
            scenario.digest,
            digest_of_files(lock) if scenario.requirements else "",
            self._interpreter(other) if other else "",
            self._identities[needs],
        )

    def _interpreter(self, interpreter: Interpreter) -> str:
        if interpreter.label not in self.interpreters:
            self.interpreters[interpreter.label] = fingerprint.of_interpreter(interpreter)
        return self.interpreters[interpreter.label]


@frozen
class Observation:
    """What steps were seen to do in an environment of the same content, if that is known."""

    cache: Cache
    key: str | None
    outcomes: list[StepOutcome] | None

    def enter(self, outcomes: Sequence[StepOutcome]) -> None:
        """Keep what they did this time."""
        if self.key is not None and not any(one.timed_out for one in outcomes):
            self.cache.write(OUTCOMES, self.key, [one.to_json() for one in outcomes])
