"""Whatever is in them, scenario.toml, package.toml and what builders say are told in lines.

HYPOTHESIS_PROFILE=long tries two hundred times as many.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from envparity.builders import Description, Request
from envparity.builders.program import ProgramBuilder
from envparity.cache import Cache
from envparity.corpus import data_folder
from envparity.errors import BuilderError, CorpusError
from envparity.expectation import Expectations
from envparity.package import build_wheel
from envparity.report.terminal import printable
from envparity.scenario import read_scenario
from envparity.step import StepOutcome
from tests.doubles import make_interpreter, make_workshop

KEYS = ("summary", "origin", "python", "needs", "steps", "case-file", "environment", "refuses",
        "guarantee", "requirements", "run", "exit", "files", "timeout", "prefix")  # fmt: skip
PACKAGE_KEYS = ("version", "requires", "console-scripts", "entry-points", "python", "tag",
                "substitute", "extensions", "programs", "libraries", "sources")  # fmt: skip

#: Strings that have meant something to somebody.
WORDS = st.sampled_from(
    ["", "plain", "..", "/", "/etc/passwd", "\n", "\x1b[2J", "a" * 300, "=>3", ">=3.6", "*", "**/*",
     "PEP 405", "NixOS/nixpkgs#1", "https://", "true-prefix", "{}", "$(id)", "前", "cp27-none-any"]
) | st.text(max_size=12)  # fmt: skip


def documents(keys: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """TOML tables with keys that are known, and values of any kind."""
    scalars = st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | WORDS
    names = st.sampled_from(keys) | WORDS
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=8,
    )
    return st.dictionaries(names, values, max_size=7)


def mutated(text: str) -> st.SearchStrategy[bytes]:
    """*text* with a few bytes replaced, or a part of it cut out or doubled."""
    data = text.encode()

    def splice(cut: tuple[int, int, bytes]) -> bytes:
        first, second, new = cut
        return data[: min(first, second)] + new + data[max(first, second) :]

    places = st.integers(0, len(data))
    return st.tuples(places, places, st.binary(max_size=8)).map(splice)


REAL = (data_folder() / "scenarios/wrappers/third-line-survives/scenario.toml").read_text("utf-8")


@given(documents(KEYS).map(lambda table: tomli_w.dumps(table).encode()) | mutated(REAL))
def test_scenario(content: bytes) -> None:
    """A scenario.toml is read, or each thing that is wrong in it is a line of its own."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "scenarios", "scripts", "fuzz")
        folder.mkdir(parents=True)
        (folder / "scenario.toml").write_bytes(content)
        _, errors = read_scenario(folder)
    for error in errors:
        assert isinstance(error, CorpusError)
        assert str(error).startswith(str(folder))
        assert str(error).isprintable() or "\n" not in printable(str(error))


@given(documents(PACKAGE_KEYS).map(lambda table: tomli_w.dumps(table).encode()) | st.binary())
def test_package(content: bytes) -> None:
    """A package.toml makes a wheel, or one CorpusError that names the file."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "scenarios", "scripts", "fuzz", "packages", "greeter")
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / "greeter.py").write_text("")
        (folder / "package.toml").write_bytes(content)
        destination = Path(place, "out")
        destination.mkdir()
        told = str(folder)
        try:
            wheel = build_wheel(folder, interpreter=make_interpreter(), destination=destination)
        except CorpusError as error:
            told = str(error)
        else:
            assert "greeter" == wheel.name
        assert str(folder) in told
        assert {"scenarios", "out"} == {path.name for path in Path(place).iterdir()}


@given(documents(("expected", "scenarios", "builders", "python", "outcome", "reason", "rule"))
       .map(lambda table: tomli_w.dumps(table).encode()) | st.binary())  # fmt: skip
def test_expectations(content: bytes) -> None:
    """Expectations are read, or what is wrong with them is a CorpusError with its path."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "reference.toml")
        path.write_bytes(content)
        told = str(path)
        try:
            Expectations.read(path, ("reference",))
        except CorpusError as error:
            told = str(error)
        assert told.startswith(str(path))


#: What a builder may print: answers of the protocol, broken ones, and anything else.
ANSWERS = (
    st.text(max_size=40)
    | st.binary(max_size=40).map(lambda data: data.decode("utf-8", "surrogateescape"))
    | st.dictionaries(
        st.sampled_from(["prefix", "scripts", "site", "protocol", "name", "version"]) | WORDS,
        WORDS | st.none() | st.integers() | st.lists(WORDS, max_size=2) | st.just(1),
    ).map(json.dumps)
    | st.sampled_from(["{" * 3000, '{"prefix": ' + "[" * 3000, '{"prefix": "/cell/opt/\\u0000"}',
                       '{"prefix": "\\ud800"}', '{"prefix": NaN}', "{}"])
)  # fmt: skip


def outcomes(stdout: st.SearchStrategy[str]) -> st.SearchStrategy[StepOutcome]:
    """How a builder's process may have ended."""
    return st.builds(
        StepOutcome,
        exit=st.sampled_from([0, 0, 0, 1, 3, 4, 127, -9]),
        stdout=stdout,
        stderr=st.text(max_size=20),
        timed_out=st.booleans(),
    )


class TestBuilder:
    """Whatever a builder answers is an answer, or a line."""

    @given(outcomes(ANSWERS))
    def test_build(self, outcome: StepOutcome) -> None:
        """It refuses, does not support, fails or has made an environment where it may."""
        with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
            workshop = make_workshop(Path(place))
            patch.setattr(workshop.sandbox, "run", lambda job: [outcome])
            patch.setattr("envparity.builders.program.bare_base", lambda *arguments: ())
            builder = ProgramBuilder("exec:fuzz", ("/fuzz",))
            request = Request(make_interpreter(), (), "plain")
            folder = builder.trial(request, workshop)
            answer = json.loads((folder / "answer.json").read_text())
            (kind,) = {"refused", "unsupported", "failed", "prefix"} & set(answer)
            assert (outcome.exit == 3 and not outcome.timed_out) == (kind == "refused")
            assert kind != "prefix" or outcome.exit == 0

    @given(outcomes(ANSWERS))
    def test_describe(self, outcome: StepOutcome) -> None:
        """It describes itself, or is said not to."""
        with tempfile.TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
            workshop = make_workshop(Path(place))
            patch.setattr(workshop.sandbox, "run", lambda job: [outcome])
            described: object
            try:
                described = ProgramBuilder("exec:fuzz", ("/fuzz",)).describe(workshop)
            except BuilderError as error:
                described = error
        assert isinstance(described, Description) or "does not describe itself" in str(described)


@given(st.binary())
def test_cache(content: bytes) -> None:
    """A document that was damaged reads as none."""
    with tempfile.TemporaryDirectory() as place:
        cache = Cache.at(Path(place))
        cache.write("facts", "one", {"a": 1})
        (Path(place) / "facts" / "one.json").write_bytes(content)
        assert cache.read("facts", "one") is None
