"""Tests of environments as the harness sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from envparity.environment import Environment
from envparity.errors import InterpreterError
from envparity.sandbox import Bind
from tests.doubles import make_debian, make_interpreter

ENV = Path("/cell/opt/env")


def test_layout() -> None:
    """An environment has the layout of its interpreter's own prefix."""
    found = Environment.at(ENV, make_interpreter("3.12.1"))
    assert found == Environment(
        prefix=ENV,
        python=ENV / "bin/python3.12",
        scripts=ENV / "bin",
        site=ENV / "lib/python3.12/site-packages",
    )
    assert found.search_path == ("/cell/opt/env/bin",)


def test_debian_layout() -> None:
    """On Debian programs of packages lie beside the interpreter's, in a local/bin that is first."""
    found = Environment.at(ENV, make_debian())
    assert found.scripts == ENV / "local/bin"
    assert found.site == ENV / "local/lib/python3.11/dist-packages"
    assert found.search_path == ("/cell/opt/env/local/bin", "/cell/opt/env/bin")


def test_vanilla() -> None:
    """The interpreter's own prefix is an environment like another."""
    base = make_interpreter("3.12.1")
    assert Environment.at(base.prefix, base).python == base.executable


def test_what_a_cell_needs() -> None:
    """Mounts and links come along."""
    mounts = (Bind(Path("/cell/opt"), Path("/tmp/out")),)
    links = ((Path("/cell/current"), Path("/cell/opt")),)
    found = Environment.at(ENV, make_interpreter(), mounts=mounts, links=links)
    assert (found.mounts, found.links) == (mounts, links)


def test_an_interpreter_outside_of_its_prefix() -> None:
    """An interpreter that does not lie in its prefix has no layout to copy, in one clear line."""
    odd = evolve(make_interpreter("3.12.1"), executable=Path("/srv/python3.12"))
    with pytest.raises(InterpreterError, match=r"/srv/python3.12 is not below its prefix"):
        Environment.at(ENV, odd)
