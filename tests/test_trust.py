"""Tests of the check that an oracle has to pass."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

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
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, stdout: str, stderr: str = ""
) -> None:
    """Let the probe answer *stdout*."""
    answer = StepOutcome(exit=0, stdout=stdout, stderr=stderr)
    monkeypatch.setattr(workshop.sandbox, "run", lambda job: [answer])


def test_every_interpreter_is_trusted(workshop: Workshop, tmp_path: Path) -> None:
    """The bare oracle of each interpreter is an interpreter and nothing more."""
    found, _ = discover(cache_dir=tmp_path)
    for one in found:
        check_oracle(one, workshop)


def test_checked_once(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found out is kept, and no process is started for it again."""
    check_oracle(interpreter, workshop)

    def run(job: Job) -> list[StepOutcome]:
        raise AssertionError(job)

    monkeypatch.setattr(workshop.sandbox, "run", run)
    check_oracle(interpreter, workshop)


def test_packages_that_were_not_hidden(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle with somebody's packages in it is not vanilla, and its answer is not kept."""
    prefix = interpreter.prefix
    answer = f'{{"prefix": "{prefix}", "base": "{prefix}", "found": ["pip"], "custom": []}}'
    says(workshop, monkeypatch, answer)
    for _ in range(2):
        with pytest.raises(InterpreterError, match="vanilla still has packages: pip"):
            check_oracle(interpreter, workshop)


def test_another_prefix(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle that is elsewhere, or in a virtual environment, is not vanilla."""
    says(workshop, monkeypatch, '{"prefix": "/v", "base": "/b", "found": [], "custom": []}')
    with pytest.raises(InterpreterError, match="says that its prefix is /v, of /b"):
        check_oracle(interpreter, workshop)


def test_customised(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the standard library may hold what customises the start."""
    prefix = interpreter.prefix
    for place, fine in ((interpreter.paths["stdlib"], True), ("/home/user", False)):
        answer = (
            f'{{"prefix": "{prefix}", "base": "{prefix}", "found": [],'
            f' "custom": ["{place}/sitecustomize.py"]}}'
        )
        says(workshop, monkeypatch, answer)
        other = evolve(interpreter, fingerprint=place)
        if fine:
            check_oracle(other, workshop)
        else:
            with pytest.raises(InterpreterError, match=r"by /home/user/sitecustomize\.py"):
                check_oracle(other, workshop)


def test_no_start(
    workshop: Workshop, interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An oracle that does not start is told with its last word."""
    says(workshop, monkeypatch, "", "Fatal Python error\nno encodings\n")
    with pytest.raises(InterpreterError, match="does not start in the sandbox: no encodings"):
        check_oracle(interpreter, workshop)
