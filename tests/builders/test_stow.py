"""`stow` is a farm of symbolic links."""

from __future__ import annotations

import pytest

from envparity.builders import Refused, Unsupported
from envparity.capability import find_program
from tests.builders.conftest import Bench

pytestmark = pytest.mark.skipif(find_program("stow") is None, reason="GNU stow is not installed")


def test_it_is_a_farm(bench: Bench) -> None:
    """Every file is a link, and a Python that is linked itself follows the link and is lost."""
    made = bench.build("stow", bench.greeter)
    assert {line[0] for line in made.files} <= {"d", "l"}
    # Vanilla has none of what somebody once installed into the base.
    assert not [line for line in made.files if "site-packages/pip" in line]
    assert made.says("import sys; print(sys.prefix)") != str(made.environment.prefix)
    outcome = made.run(made.environment.python, "-c", "import greeter")
    assert "greeter" in outcome.stderr


def test_folded(bench: Bench) -> None:
    """Where no package brings a program `bin` is one link, and its Python finds the farm."""
    made = bench.build("stow", bench.wheel("plain", {"lib/plain.py": ""}))
    assert made.says("import sys, plain; print(sys.prefix)") == str(made.environment.prefix)


def test_the_system(bench: Bench) -> None:
    """A base that shares its prefix with the system cannot be stowed."""
    debian = [one for one in bench.plan.found if one.debian_layout]
    if not debian:
        pytest.skip("no Python of Debian here")
    with pytest.raises(Unsupported, match="stow would link it all"):
        bench.build("stow", python=debian[0])


def test_what_collides(bench: Bench) -> None:
    """Two packages with one file are a conflict, which stow refuses and names."""
    other = bench.wheel("other", {"lib/greeter.py": "x = 1\n"})
    with pytest.raises(Refused, match=r"stow: \* existing target .*greeter\.py"):
        bench.build("stow", bench.greeter, other)
