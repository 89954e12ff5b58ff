"""Tests of the check that an oracle has to pass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from envparity.blemish import Treatment
from envparity.cache import Cache
from envparity.errors import InterpreterError
from envparity.interpreter import Interpreter, discover, select
from envparity.sandbox import Job, Sandbox
from envparity.step import StepOutcome
from envparity.trust import check_oracle
from envparity.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    """A workshop with a sandbox of its own."""
    cache = Cache.at(tmp_path / "cache")
    with Sandbox(folder=tmp_path / "cell", expose=(tmp_path,), namespaces=True) as sandbox:
        yield Workshop(cache=cache, folder=tmp_path, sandbox=sandbox, data=tmp_path, tools={})


@pytest.fixture
def interpreter(tmp_path: Path) -> Interpreter:
    """The newest CPython of this machine."""
    found, _ = discover(cache_dir=tmp_path)
    return select("all", found)[-1]


def says(
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    stdout: str,
    stderr: str = "",
    ways: str = "",
) -> None:
    """Let the probe answer *stdout*, and the interpreter's other starts print *ways*."""
    outcomes = [StepOutcome(0, stdout, stderr), StepOutcome(0, ways, "")]
    monkeypatch.setattr(workshop.sandbox, "run", lambda job: outcomes)


def answer(prefix: object, **facts: object) -> str:
    """What the probe says of an oracle that is at *prefix*, and otherwise as it should be."""
    fine = {"prefix": str(prefix), "base": str(prefix)}
    lists: dict[str, object] = {"path": [], "found": [], "custom": [], "modules": [], "frozen": []}
    return json.dumps({**lists, **fine, **facts})


def test_every_interpreter_is_trusted(workshop: Workshop, tmp_path: Path) -> None:
    """The bare oracle of each interpreter is an interpreter and nothing more."""
    found, _ = discover(cache_dir=tmp_path)
    for one in found:
        kinds = {blemish.kind for blemish in check_oracle(one, workshop, one.fingerprint)}
        assert not kinds & {"getpath", "frozen", "archive", "pyvenv.cfg"}, (one.label, kinds)


def test_checked_once(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found out is kept, and no process is started for it again."""
    check_oracle(interpreter, workshop, interpreter.fingerprint)

    def run(job: Job) -> list[StepOutcome]:
        raise AssertionError(job)

    monkeypatch.setattr(workshop.sandbox, "run", run)
    check_oracle(interpreter, workshop, interpreter.fingerprint)


def test_packages_that_were_not_hidden(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle with somebody's packages in it is not vanilla, and its answer is not kept."""
    prefix = interpreter.prefix
    says(workshop, monkeypatch, answer(prefix, found=["pip"]))
    for _ in range(2):
        with pytest.raises(InterpreterError, match="vanilla still has packages: pip"):
            check_oracle(interpreter, workshop, interpreter.fingerprint)


def test_another_prefix(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle that is elsewhere, or in a virtual environment, is not vanilla."""
    says(workshop, monkeypatch, answer("/v", base="/b"))
    with pytest.raises(InterpreterError, match="says that its prefix is /v, of /b"):
        check_oracle(interpreter, workshop, interpreter.fingerprint)


@pytest.mark.parametrize(("key", "words"), [("custom", "customised by"), ("modules", "loads")])
def test_what_runs_at_the_start(
    workshop: Workshop,
    interpreter: Interpreter,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    words: str,
) -> None:
    """Only the standard library may hold what customises the start, or is loaded then."""
    prefix = interpreter.prefix
    stdlib = interpreter.paths["stdlib"]
    says(workshop, monkeypatch, answer(prefix, **{key: [f"{stdlib}/sitecustomize.py"]}))
    check_oracle(interpreter, workshop, "one")
    for place in ("/home/user", f"{stdlib}-of-old"):
        says(workshop, monkeypatch, answer(prefix, **{key: [f"{place}/sitecustomize.py"]}))
        with pytest.raises(InterpreterError, match=f"{words} {place}/sitecustomize"):
            check_oracle(interpreter, workshop, "another")


@pytest.mark.parametrize(
    ("facts", "ways", "kind", "words"),
    [
        ({"path": ["/opt/patched"]}, None, "getpath", "sys.path has /opt/patched"),
        ({"frozen": ["os"]}, None, "frozen", "not what was frozen into it at its build: os"),
        ({}, "/usr\n{venv}\n", "getpath", "through a link, it says that its prefix is /usr"),
        ({}, "{prefix}\n/usr\n", "getpath", "does not heed pyvenv.cfg: its prefix is /usr"),
        ({}, "", "getpath", "started through a link, it says that its prefix is nowhere"),
    ],
)
def test_named(
    workshop: Workshop,
    interpreter: Interpreter,
    monkeypatch: pytest.MonkeyPatch,
    facts: dict[str, list[str]],
    ways: str | None,
    kind: str,
    words: str,
) -> None:
    """A patched getpath and a modified library are named, and are named again from the cache."""
    one = evolve(interpreter, fingerprint="one", debian_layout=False)
    places = {"prefix": interpreter.prefix, "venv": workshop.sandbox.cell / "venv"}
    said = (ways if ways is not None else "{prefix}\n{venv}\n").format(**places)
    says(workshop, monkeypatch, answer(interpreter.prefix, **facts), ways=said)
    for _ in range(2):
        everything = check_oracle(one, workshop, one.fingerprint)
        found = [blemish for blemish in everything if blemish.kind == kind]
        assert [Treatment.NAMED] == list({blemish.treatment for blemish in found})
        assert words in found[0].detail


def test_a_change(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With another fingerprint an interpreter is another, and is looked at again."""
    says(workshop, monkeypatch, answer(interpreter.prefix))
    check_oracle(interpreter, workshop, "as it was")
    says(workshop, monkeypatch, answer(interpreter.prefix, found=["pip"]))
    check_oracle(interpreter, workshop, "as it was")
    with pytest.raises(InterpreterError, match="vanilla still has packages"):
        check_oracle(interpreter, workshop, "a file has changed")


def test_no_start(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle that does not start is told with its last word."""
    says(workshop, monkeypatch, "", "Fatal Python error\nno encodings\n")
    with pytest.raises(InterpreterError, match="does not start in the sandbox: no encodings"):
        check_oracle(interpreter, workshop, interpreter.fingerprint)
