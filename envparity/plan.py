"""The plan of a run: what it will judge, decided once and read by every worker.

The controller makes the plan: it looks for interpreters, asks the kernel for namespaces and the
builders for their names. Workers start no process to find out what they have to do.
"""

from __future__ import annotations

import datetime
import os
import pickle
import platform
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import astuple, evolve, field, frozen

from envparity import __version__, builders, fingerprint, schedule
from envparity.blemish import Blemish, told
from envparity.builders import Builder, Description
from envparity.cache import Cache, Workspace, default_folder
from envparity.capability import Tool, find_tools, write_tools
from envparity.cell import Cell, CellId
from envparity.corpus import Corpus, data_folder
from envparity.errors import CorpusError, InterpreterError
from envparity.expectation import Expectations
from envparity.interpreter import Interpreter, discover, paths_named, select
from envparity.ledger import Ledger
from envparity.report.jsonl import FORMAT
from envparity.sandbox import FORGONE, SYSTEM_PATH, Sandbox, namespaces_available
from envparity.shard import Durations, Group, Shard, name_of_dealing
from envparity.trust import check_oracle
from envparity.vanilla import hidden_packages
from envparity.verdict import Verdict
from envparity.workshop import Workshop, corpus_digest

PLAN = "plan.pickle"


@frozen
class Settings:
    """What the command line asks for."""

    builders: tuple[str, ...] = ("reference",)
    python: str | None = None
    scenarios: tuple[str, ...] = ()
    """Names or patterns; all when empty."""
    corpus: Path = field(factory=lambda: data_folder() / "scenarios")
    cache: Path = field(factory=default_folder)
    namespaces: bool = True
    """Whether private namespaces are used where the kernel has them."""
    expectations: Path = field(factory=lambda: data_folder() / "expectations")
    """A file, or a folder with one per kind of builder."""
    update_expectations: bool = False
    """Whether they are rewritten with what the run sees."""
    recall: bool = False
    """Whether cells that need no judging are left out of what workers collect."""
    fresh: bool = False
    """Whether verdicts of earlier runs are left unread."""
    shuffle: int | None = None
    """Seed of the cells' order; None for the corpus's own."""
    shard: Shard | None = None
    """The part of the cells that is judged; None for all."""
    durations: Path | None = None
    """An earlier report, by whose durations shards are dealt and dear cells are known."""
    evidence: bool = True
    """Whether verdicts on cells that fail keep both sides and the environment."""


@frozen
class Plan:
    """Everything a worker has to know."""

    settings: Settings
    data: Path
    workspace: Path
    interpreters: tuple[Interpreter, ...]
    found: tuple[Interpreter, ...]
    """All interpreters of the machine, `$OTHER_PYTHON`'s candidates."""
    problems: tuple[str, ...]
    """Interpreters that could not be used, one line each."""
    descriptions: Mapping[str, Description]
    namespaces: bool
    why_plain: str | None
    """Why there are no namespaces, when they were wanted."""
    tools: Mapping[str, Tool]
    corpus_digest: str
    expectations: Expectations
    ledger: Ledger | None = None
    """None until the builders have said what they are."""
    durations: Mapping[CellId, float] = field(factory=dict)
    """Seconds of the cells that are known to be dear, the dearest first."""
    share: frozenset[Group] | None = None
    """What this shard is dealt; None for all."""
    dealt_by: str | None = None
    """A digest of the durations that decided the dealing; None where all counted the same."""
    recalled: Mapping[CellId, Verdict] = field(factory=dict)
    """What needs no judging: nothing has changed since it was judged, or it does not apply."""
    left_out: frozenset[CellId] = frozenset()
    """What the controller has recalled, where this is the plan of a worker elsewhere."""
    blemishes: Mapping[str, tuple[Blemish, ...]] = field(factory=dict)
    """What is less than vanilla about each interpreter, by its label."""

    @property
    def builders(self) -> list[Builder]:
        """The builders, in the order in which they were asked for."""
        return [builders.parse(name, self.data) for name in self.settings.builders]

    def corpus(self) -> Corpus:
        """The scenarios of this run."""
        return Corpus.read(self.settings.corpus, self.settings.scenarios, opt_in=False)

    def workshop(self, worker: str) -> Workshop:
        """A workshop for the worker that is called *worker*."""
        expose = {
            self.settings.cache, self.settings.corpus, self.workspace, self.data,
            Path(__file__).parent.parent, Path(sys.prefix), Path(sys.base_prefix),
            *(Path(tool.command[0]).parent for tool in self.tools.values()),
            *(one.prefix for one in self.found),
            *(place for builder in self.builders for place in builder.places),
        }  # fmt: skip
        sandbox = Sandbox(
            folder=self.workspace / "cells" / worker,
            expose=tuple(sorted(expose)),
            namespaces=self.namespaces,
        )
        return Workshop(
            cache=Cache(self.settings.cache),
            folder=self.workspace,
            sandbox=sandbox,
            data=self.data,
            tools=self.tools,
            ledger=self.ledger,
        )

    def preamble(self) -> list[str]:
        """One line each: builders, interpreters, the sandbox, and interpreters left out."""
        lines = [
            f"builders: {', '.join(self.settings.builders)}",
            f"interpreters: {', '.join(one.label for one in self.interpreters)}",
            f"cache: {self.settings.cache}",
        ]
        if not self.namespaces:
            lines.append(
                f"no namespaces ({self.why_plain}): vanilla is a relocated copy, nothing is "
                "contained, and scenarios that need the true prefix are skipped"
            )
        hidden = {name for one in self.interpreters for name in hidden_packages(one)}
        if hidden:
            lines.append(
                f"hidden: {len(hidden)} things in the interpreters' own site-packages, which the "
                "report names"
            )
        if blemishes := told(self.blemishes):
            lines.append(f"less than vanilla: {blemishes}")
        lines += [f"left out: {problem}" for problem in self.problems]
        return lines

    def expected(self, verdict: Verdict, version: str) -> Verdict:
        """*verdict* on an interpreter of *version*, as the expectations have it."""
        strict = not self.settings.update_expectations
        return self.expectations.judge(verdict, version, strict=strict)

    def idle_rules(self, verdicts: Sequence[Verdict]) -> list[CorpusError]:
        """The rules of the expectations that explained nothing, though all of theirs was run."""
        if not (self.expectations.rules and self.namespaces):
            return []
        builtin = Settings()
        if (
            self.settings.corpus != builtin.corpus
            and self.settings.expectations == builtin.expectations
        ):
            return []  # They are about the corpus that they came with.
        versions = {one.label: one.version for one in self.interpreters}
        return self.expectations.idle(verdicts, versions, self.scenario_names())

    def scenario_names(self) -> list[str]:
        """All scenarios of the corpus, whether they were asked for or not."""
        return [one.id for one in Corpus.read(self.settings.corpus, ()).scenarios]

    def save(self) -> None:
        """Write the plan into the workspace, where workers of the same user read it."""
        (self.workspace / PLAN).write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, workspace: Path) -> Plan:
        """The plan that the run's controller saved in *workspace*."""
        plan = pickle.loads((workspace / PLAN).read_bytes())
        assert isinstance(plan, cls)
        return plan

    def command(self) -> str:
        """The shell line that judges the same cells again, on the same interpreters."""
        settings, usual = self.settings, Settings()
        words = ["envparity", "run", *settings.scenarios]
        for name in settings.builders:
            words += ["--builder", name]
        words += ["--python", ",".join(one.label for one in self.interpreters)]
        if settings.corpus != usual.corpus:
            words += ["--corpus", str(settings.corpus)]
        if settings.expectations != usual.expectations:
            words += ["--expectations", str(settings.expectations)]
        if not self.namespaces:
            words.append("--no-namespaces")
        if settings.shuffle is not None:
            words += ["--shuffle", str(settings.shuffle)]
        if settings.shard is not None:
            words += ["--shard", str(settings.shard)]
        if settings.durations is not None:
            words += ["--durations", str(settings.durations)]
        return shlex.join(words)

    def header(self) -> dict[str, Any]:
        """The first line of a report; its `planned` counts the cells of all shards."""
        corpus = self.corpus()
        return {
            "kind": "header",
            "format": FORMAT,
            "envparity": __version__,
            "started": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "commands": [self.command()],
            "shard": list(astuple(shard)) if (shard := self.settings.shard) else None,
            "dealt_by": self.dealt_by,
            "planned": len(corpus.scenarios) * len(self.settings.builders) * len(self.interpreters)
            + len(corpus.broken),
            "scenarios": list(self.settings.scenarios),
            "corpus": self.corpus_digest,
            "builders": [
                {
                    "asked": asked,
                    "name": one.name,
                    "version": one.version,
                    "homepage": one.homepage,
                    "fingerprint": one.fingerprint,
                }
                for asked, one in self.descriptions.items()
            ],
            "interpreters": [
                {
                    "python": one.label,
                    "version": one.version,
                    "executable": str(one.executable),
                    "build": one.build_kind,
                    "fingerprint": one.fingerprint,
                    "hidden": list(hidden_packages(one)),
                    "blemishes": [b.to_json() for b in self.blemishes.get(one.label, ())],
                }
                for one in self.interpreters
            ],
            "problems": list(self.problems),
            "tools": {name: tool.identity for name, tool in self.tools.items()},
            "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
            "host_python": platform.python_version(),
            "user": "root" if os.geteuid() == 0 else "ordinary",
            "namespaces": self.namespaces,
            "why_plain": self.why_plain,
            "forgone": [] if self.namespaces else list(FORGONE),
        }


def make_plan(settings: Settings) -> tuple[Plan, Workspace]:
    """Decide what a run with *settings* will do, and make its workspace.

    Raises EnvparityError for what makes the run as a whole impossible; nothing stays then.
    """
    cache = Cache.at(settings.cache)
    data = data_folder()
    settings = evolve(settings, builders=builders.expand(settings.builders, data))
    for name in settings.builders:
        builders.parse(name, data)
    corpus = Corpus.read(settings.corpus, settings.scenarios, opt_in=False)
    expectations = Expectations.read(settings.expectations, settings.builders)
    durations = None if settings.durations is None else Durations.read(settings.durations)
    found, problems = discover(paths_named(settings.python), cache_dir=cache.folder)
    interpreters = select(settings.python, found)
    if settings.shard is not None:
        settings.shard.check(max(1, len(corpus.scenarios) * len(interpreters)))
    workspace = Workspace.create(cache)
    try:
        why = None
        if settings.namespaces:
            why = namespaces_available(workspace.folder / "cells" / "probe")
        tools = find_tools()
        write_tools(tools, workspace.folder / "tools")
        plan = Plan(
            settings=settings,
            data=data,
            workspace=workspace.folder,
            interpreters=tuple(interpreters),
            found=tuple(found),
            problems=tuple(str(problem) for problem in problems),
            descriptions={},
            namespaces=settings.namespaces and why is None,
            why_plain=why if settings.namespaces else "switched off by --no-namespaces",
            tools=tools,
            corpus_digest=corpus_digest(settings.corpus),
            expectations=expectations,
        )
        workshop = plan.workshop("controller")
        known = {one: fingerprint.of_interpreter(one) for one in interpreters}
        with workshop.sandbox:
            described = {one.name: one.describe(workshop) for one in plan.builders}
            trusted, distrusted = _trusted(
                known, workshop, strict=settings.python not in {None, "all"}
            )
        plan = evolve(
            plan,
            descriptions=described,
            interpreters=tuple(trusted),
            blemishes={one.label: found for one, found in trusted.items()},
            problems=(*plan.problems, *distrusted),
        )
        plan = dealt(plan, corpus, durations)
        plan = _with_ledger(plan, corpus, workshop, {one: known[one] for one in trusted})
        plan.save()
    except BaseException:
        workspace.close()
        raise
    return plan, workspace


def _with_ledger(
    plan: Plan, corpus: Corpus, workshop: Workshop, known: Mapping[Interpreter, str]
) -> Plan:
    """*plan* with its ledger, and with the verdicts that take no process to come to."""
    settings = plan.settings
    ledger = Ledger.open(
        Cache(settings.cache), known, plan.builders, plan.descriptions,
        tools=plan.tools, system_path=SYSTEM_PATH, namespaces=plan.namespaces, fresh=settings.fresh,
    )  # fmt: skip
    cells = planned(plan, corpus) if settings.recall else ()
    found = ((cell.id, ledger.recall(cell) or cell.skipped(workshop)) for cell in cells)
    recalled = {name: verdict for name, verdict in found if verdict is not None}
    durations = {**plan.durations, **schedule.read(ledger.cache, settings.builders)}
    return evolve(plan, ledger=ledger, recalled=recalled, durations=schedule.dearest(durations))


def dealt(plan: Plan, corpus: Corpus, durations: Durations | None) -> Plan:
    """*plan* with what its shard is dealt, and with what *durations* tell of its cells."""
    names, shard = plan.settings.builders, plan.settings.shard
    groups = [(one.id, python.label) for one in corpus.scenarios for python in plan.interpreters]
    if durations is not None:
        cells = ((scenario, name, python) for scenario, python in groups for name in names)
        known = {cell: durations.seconds.get(cell, 0.0) for cell in cells}
        plan = evolve(plan, durations=schedule.dearest(known))
    if shard is None:
        return plan
    if durations is None:
        return evolve(plan, share=shard.share(dict.fromkeys(groups, 1)))
    weights = durations.weigh(groups, names)
    return evolve(plan, share=shard.share(weights), dealt_by=name_of_dealing(weights))


def _trusted(
    interpreters: Mapping[Interpreter, str], workshop: Workshop, *, strict: bool
) -> tuple[dict[Interpreter, tuple[Blemish, ...]], list[str]]:
    """The interpreters whose oracle is vanilla, but for blemishes; a line for each whose is not.

    They are given with their fingerprints. With *strict* the latter is an InterpreterError: what
    was asked for by name is not left out.
    """
    trusted: dict[Interpreter, tuple[Blemish, ...]] = {}
    problems = []
    for interpreter, known in interpreters.items():
        try:
            trusted[interpreter] = check_oracle(interpreter, workshop, known)
        except InterpreterError as error:
            if strict:
                raise
            problems.append(str(error))
    if not trusted:
        raise InterpreterError("no interpreter can be judged by", hint="; ".join(problems))
    return trusted, problems


def planned(plan: Plan, corpus: Corpus, *, left: bool = False) -> Iterator[Cell]:
    """The cells of a run: scenario by scenario, so that builds are shared soon.

    Cells that ask vanilla for the same thing are in one shard. With *left* only those that have
    to be judged.
    """
    builders_, share = plan.builders, plan.share
    for scenario in corpus.scenarios:
        for builder in builders_:
            for interpreter in plan.interpreters:
                if share is not None and (scenario.id, interpreter.label) not in share:
                    continue
                cell = Cell(scenario, builder, interpreter, plan.found)
                if not (left and (cell.id in plan.recalled or cell.id in plan.left_out)):
                    yield cell
