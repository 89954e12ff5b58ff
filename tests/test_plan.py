"""Tests of what a run will judge."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from envparity.builders import Description
from envparity.capability import Tool
from envparity.corpus import Corpus
from envparity.expectation import Expectations
from envparity.plan import Plan, Settings, dealt, planned
from envparity.report.schema import schema_text
from envparity.shard import Durations, Shard
from tests.commands import parse
from tests.doubles import make_interpreter

HEAD = 'summary = "A script says hello"\norigin = ["PEP 405"]\nsteps = ["hello"]\n'


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    """A corpus with a plain scenario and one that needs a package index."""
    for name, text in (("scripts/hello", ""), ("wild/black", 'requirements = ["black"]')):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "scenario.toml").write_text(HEAD + text)
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        ((), ["scripts/hello"]),
        (("*",), ["scripts/hello"]),
        (("scripts",), ["scripts/hello"]),
        (("wild",), ["wild/black"]),
        (("wild/bl*",), ["wild/black"]),
        (("scripts", "wild/black"), ["scripts/hello", "wild/black"]),
    ],
)
def test_opt_in(root: Path, patterns: tuple[str, ...], names: list[str]) -> None:
    """A run leaves the theme `wild` out unless it is named."""
    corpus = Corpus.read(root, patterns, opt_in=False)
    assert [one.id for one in corpus.scenarios] == names


def test_everything(root: Path) -> None:
    """What only reads the corpus sees all of it."""
    assert [one.id for one in Corpus.read(root, ()).scenarios] == ["scripts/hello", "wild/black"]


def make_plan(root: Path, **settings: Any) -> Plan:
    """A plan of vanilla on two interpreters that are made up."""
    return Plan(
        settings=Settings(builders=("vanilla",), corpus=root, **settings),
        data=root,
        workspace=root,
        interpreters=(make_interpreter("3.8.18"), make_interpreter("3.12.1")),
        found=(),
        problems=("left",),
        descriptions={"vanilla": Description("vanilla", "1", "https://example.org", "f")},
        namespaces=settings.get("namespaces", True),
        why_plain=None,
        tools={"uv": Tool("uv", ("/bin/uv",), "id")},
        corpus_digest="c0ffee",
        expectations=cast("Expectations", None),
    )


def test_command(root: Path) -> None:
    """The command in a header judges the same cells again, and is one that envparity takes."""
    plain = make_plan(root)
    assert plain.command() == (
        f"envparity run --builder vanilla --python 3.8.18,3.12.1 --corpus {root}"
    )
    full = make_plan(
        root,
        scenarios=("scripts/a b",),
        namespaces=False,
        shuffle=3,
        shard=Shard(1, 2),
        durations=root / "old.jsonl",
        expectations=root / "known.toml",
    )
    assert full.command() == (
        "envparity run 'scripts/a b' --builder vanilla --python 3.8.18,3.12.1 "
        f"--corpus {root} --expectations {root}/known.toml --no-namespaces --shuffle 3 --shard 1/2 "
        f"--durations {root}/old.jsonl"
    )
    for plan in (plain, full):
        parse(shlex.split(plan.command()))


def test_header(root: Path) -> None:
    """A header is what the schema of reports says, and counts the cells of all shards."""
    (root / "scripts" / "hello" / "scenario.toml").write_text(HEAD + 'summary = "again"')
    (root / "scripts" / "other").mkdir()
    (root / "scripts" / "other" / "scenario.toml").write_text(HEAD)
    header = make_plan(root, shard=Shard(2, 2)).header()
    jsonschema.Draft202012Validator(json.loads(schema_text())).validate(header)
    assert header["planned"] == 3  # one scenario on two interpreters, and one that is unreadable
    assert header["shard"] == [2, 2]
    assert make_plan(root).header()["shard"] is None
    assert header["commands"][0].endswith("--shard 2/2")


def test_shards(root: Path) -> None:
    """The shards of a plan have all of its cells between them, each once."""

    def names(shard: Shard | None) -> list[tuple[str, str]]:
        plan = make_plan(root, scenarios=("*",), shard=shard)
        plan = dealt(plan, plan.corpus(), None)
        return [(cell.scenario.id, cell.interpreter.label) for cell in planned(plan, plan.corpus())]

    assert sorted(names(Shard(1, 2)) + names(Shard(2, 2))) == sorted(names(None))
    assert names(Shard(1, 2)) != names(Shard(2, 2))


def test_durations(root: Path) -> None:
    """With durations, a dear cell is alone in its shard, comes first, and the header has why."""
    (root / "scripts" / "other").mkdir()
    (root / "scripts" / "other" / "scenario.toml").write_text(HEAD)
    dear = ("scripts/hello", "vanilla", "3.12.1")
    durations = Durations({dear: 50.0}, usual=0.5)
    found = {}
    for part in (1, 2, 3):
        plan = make_plan(root, scenarios=("*",), shard=Shard(part, 3))
        plan = dealt(plan, plan.corpus(), durations)
        found[part] = [cell.id for cell in planned(plan, plan.corpus())]
        assert plan.durations == {dear: 50.0}
        header = plan.header()
        assert header["dealt_by"] == plan.dealt_by is not None
    assert found[1] == [dear]
    assert sorted(map(len, found.values())) == [1, 1, 2]
    again = make_plan(root, scenarios=("*",), shard=Shard(3, 3))
    again = dealt(again, again.corpus(), Durations({dear: 51.0}, usual=0.5))
    assert again.dealt_by != plan.dealt_by
    whole = make_plan(root, scenarios=("*",))
    whole = dealt(whole, whole.corpus(), durations)
    assert (whole.share, whole.dealt_by, whole.durations) == (None, None, {dear: 50.0})
