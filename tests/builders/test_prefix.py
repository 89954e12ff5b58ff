"""`prefix:PATH` is an environment that nobody builds."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from envparity import builders
from envparity.builders import Inapplicable, Request
from envparity.builders.prefix import PrefixBuilder, prefix
from envparity.errors import BuilderError, UsageError
from envparity.sandbox import Sandbox
from envparity.workshop import Workshop
from tests.builders.conftest import Bench


@pytest.fixture
def venv(bench: Bench, tmp_path: Path) -> Path:
    """A virtual environment of the newest interpreter."""
    path = tmp_path / "venv"
    subprocess.run((bench.newest.executable, "-m", "venv", "--without-pip", path), check=True)
    return path


@pytest.fixture
def builder(bench: Bench, venv: Path) -> PrefixBuilder:
    """The builder of that environment."""
    made = builders.parse(f"prefix:{venv}", bench.plan.data)
    assert isinstance(made, PrefixBuilder)
    return made


@pytest.fixture
def workshop(bench: Bench, builder: PrefixBuilder) -> Iterator[Workshop]:
    """A workshop with a sandbox that can see it."""
    with Sandbox(
        folder=bench.plan.workspace / "cells" / "prefix", expose=builder.places, namespaces=True
    ) as sandbox:
        plan = bench.plan
        yield Workshop(
            cache=bench.workshop.cache,
            folder=plan.workspace,
            sandbox=sandbox,
            data=plan.data,
            tools={},
        )


def test_it_is_what_it_is(
    bench: Bench, builder: PrefixBuilder, workshop: Workshop, venv: Path
) -> None:
    """The environment's own Python says where things are."""
    environment = builder.build(Request(bench.newest, ()), workshop)
    assert environment.prefix == venv
    assert environment.python == venv / "bin" / f"python{bench.newest.minor}"
    assert environment.site.is_relative_to(venv)
    assert builder.describe(workshop).version == bench.newest.version


def test_what_is_skipped(bench: Bench, builder: PrefixBuilder, workshop: Workshop) -> None:
    """Packages, other interpreters, other paths and contracts are skipped, each with its reason."""
    request = Request(bench.newest, ())
    with pytest.raises(Inapplicable, match="brings packages"):
        builder.build(evolve(request, wheels=(bench.greeter,)), workshop)
    with pytest.raises(Inapplicable, match="about the prefix's path"):
        builder.build(evolve(request, shape="space"), workshop)
    with pytest.raises(Inapplicable, match="about a build"):
        builder.trial(request, workshop)
    for other in bench.plan.found:
        if other.version != bench.newest.version:
            with pytest.raises(Inapplicable, match=f"is of Python {bench.newest.version} in "):
                builder.build(evolve(request, interpreter=other), workshop)


def test_a_python_that_does_not_start(builder: PrefixBuilder, workshop: Workshop) -> None:
    """An environment whose Python is broken is named with what it says."""
    builder.python.unlink()
    builder.python.write_text("#!/bin/sh\necho 'no codec' >&2\nexit 1\n")
    builder.python.chmod(0o755)
    with pytest.raises(BuilderError, match="does not start: no codec"):
        builder.describe(workshop)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("", "prefix: names no folder (prefix:PATH takes the folder of an environment"),
        ("nowhere", "nowhere names no folder"),
        ("file", "file names no folder"),
        ("empty", "empty has no Python in its `bin`"),
    ],
)
def test_no_environment(tmp_path: Path, path: str, words: str) -> None:
    """What is no environment is one line that says what one is."""
    (tmp_path / "empty" / "bin").mkdir(parents=True)
    (tmp_path / "empty" / "bin" / "python-config").touch()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        prefix(str(tmp_path / path) if path else "")
    assert words in str(caught.value)
