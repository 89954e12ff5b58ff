"""Tests of what a worker on another machine is told, and on what terms it joins a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from envparity import remote
from envparity.errors import UsageError
from envparity.expectation import Expectations
from envparity.plan import Plan, Settings
from tests.doubles import make_interpreter, make_verdict


class FakeWorkspace:
    """A workspace that says whether it was closed."""

    closed = False

    def close(self) -> None:
        """Note it."""
        self.closed = True


def make_plan(corpus: Path, **changes: Any) -> Plan:
    """A plan for one interpreter."""
    fields: dict[str, Any] = {
        "settings": Settings(
            corpus=corpus,
            scenarios=("scripts",),
            recall=True,
            shuffle=3,
            durations=Path("/old.jsonl"),
        ),
        "data": corpus.parent,
        "workspace": corpus.parent,
        "interpreters": (make_interpreter("3.12.1"),),
        "found": (),
        "problems": (),
        "descriptions": {},
        "namespaces": True,
        "why_plain": None,
        "tools": {},
        "corpus_digest": "digest",
        "expectations": Expectations(),
        "recalled": {("scripts/a", "reference", "3.12.1"): make_verdict("scripts/a")},
        "durations": {("scripts/b", "reference", "3.12.1"): 2.5},
        "share": frozenset({("scripts/a", "3.12.1")}),
    }
    return Plan(**{**fields, **changes})


@pytest.fixture(name="corpus")
def _corpus(tmp_path: Path) -> Path:
    """A corpus with a hidden file, a link and a mode."""
    folder = tmp_path / "mine"
    (folder / "scripts/a/bin").mkdir(parents=True)
    (folder / "scripts/a/bin/.a-wrapped").write_text("hidden")
    (folder / "scripts/a/bin/.a-wrapped").chmod(0o755)
    (folder / "scripts/a/bin/a").symlink_to(".a-wrapped")
    return folder


class Joined:
    """Joins a run on a machine whose own plan is *here*."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, here: Plan) -> None:
        self.workspace = FakeWorkspace()
        self.asked: list[Settings] = []

        def plan(settings: Settings) -> tuple[Plan, FakeWorkspace]:
            self.asked.append(settings)
            return here, self.workspace

        monkeypatch.setattr(remote, "make_plan", plan)
        monkeypatch.setattr(Plan, "save", lambda plan: None)


class TestJoin:
    """On what terms a worker joins."""

    def test_the_same_work(self, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It leaves out and orders what the controller does, with interpreters of its own."""
        other = make_interpreter("3.12.1", prefix=Path("/elsewhere"))
        extra = make_interpreter("2.7.18")
        here = Joined(monkeypatch, make_plan(corpus, interpreters=(extra, other), recalled={}))
        plan, _ = remote.join(remote.terms(make_plan(corpus)), corpus)
        assert (other,) == plan.interpreters
        assert frozenset({("scripts/a", "reference", "3.12.1")}) == plan.left_out
        assert {("scripts/b", "reference", "3.12.1"): 2.5} == plan.durations
        assert not here.workspace.closed
        settings = here.asked[0]
        assert ("3.12.1", corpus, False) == (settings.python, settings.corpus, settings.recall)
        assert settings.durations is None, "a report that is not on this machine"
        assert frozenset({("scripts/a", "3.12.1")}) == plan.share
        assert (("scripts",), 3) == (settings.scenarios, settings.shuffle)

    @pytest.mark.parametrize(
        ("differing", "told"),
        [
            ({"interpreters": (make_interpreter("3.13.0"),)}, "this worker has no 3.12.1"),
            ({"corpus_digest": "other"}, "this worker has another corpus"),
            ({"namespaces": False}, "this worker has no namespaces, other than the controller"),
        ],
    )
    def test_other_work(
        self,
        corpus: Path,
        monkeypatch: pytest.MonkeyPatch,
        differing: dict[str, Any],
        told: str,
    ) -> None:
        """Where it would judge something else it says what, and leaves no workspace."""
        here = Joined(monkeypatch, make_plan(corpus, **differing))
        with pytest.raises(UsageError, match=told):
            remote.join(remote.terms(make_plan(corpus)), corpus)
        assert here.workspace.closed

    def test_another_version(self, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What another envparity sends is not even unpacked."""
        here = Joined(monkeypatch, make_plan(corpus))
        offered = {**remote.terms(make_plan(corpus)), "harness": "other", "plan": b"no pickle"}
        with pytest.raises(UsageError, match="another envparity"):
            remote.join(offered, corpus)
        assert [] == here.asked


def test_the_corpus_comes_along(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden files, links and modes arrive as they are, and pytest is told where."""
    offered = remote.terms(make_plan(corpus))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    told = remote.arguments(offered)
    hidden = work / "scenarios/scripts/a/bin/.a-wrapped"
    assert "hidden" == hidden.read_text()
    assert os.access(hidden, os.X_OK)
    assert ".a-wrapped" == str((work / "scenarios/scripts/a/bin/a").readlink())
    assert str(work / "scenarios") == told[0]
    assert {"--builder=reference", "--scenario=scripts"} <= set(told)


class TestSpecifications:
    """What `--tx` takes."""

    def test_each_worker(self) -> None:
        """Every worker has a folder of its own on its machine."""
        found = remote.specifications(["2*ssh=me@one//python=python3", "ssh=two"])
        machines, folders = zip(*(one.split("//chdir=") for one in found), strict=True)
        assert ("ssh=me@one//python=python3",) * 2 + ("ssh=two",) == machines
        assert 3 == len(set(folders))

    @pytest.mark.parametrize("text", ["me@host", "popen", "x*ssh=me@host", "ssh=", ""])
    def test_nonsense(self, text: str) -> None:
        """Anything else is told, with what would be right."""
        with pytest.raises(UsageError, match=r"names no machine.*2\*ssh=me@host"):
            remote.specifications([text])
