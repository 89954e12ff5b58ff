"""`pex` is the virtual environment that pex makes."""

from __future__ import annotations

import pytest

from envparity.builders import Refused
from envparity.capability import find_program
from tests.builders.conftest import Bench

pytestmark = pytest.mark.skipif(find_program("pex3") is None, reason="pex is not installed")


def test_it_works(bench: Bench) -> None:
    """Programs and modules are found, without a network and without a pip."""
    made = bench.build("pex", bench.greeter)
    assert made.program("greet") == "hello"
    assert made.says("import sys, greeter; print(sys.prefix)") == str(made.environment.prefix)
    assert "PEX-INFO" in " ".join(made.files)


def test_the_oldest(bench: Bench) -> None:
    """Python 2.7 is served as well."""
    made = bench.build("pex", bench.greeter, python=bench.interpreter("2.7"))
    assert made.says("import greeter, sys; print(sys.prefix)") == str(made.environment.prefix)


def test_what_it_refuses_is_refused(bench: Bench) -> None:
    """A requirement that nothing satisfies is refused, and the reason names it."""
    lonely = bench.wheel("lonely", {"package.toml": 'requires = ["nobody"]\n', "lib/lonely.py": ""})
    with pytest.raises(Refused, match=r"pex: Failed to resolve .* lonely 1\.0 requires nobody"):
        bench.build("pex", lonely)


def test_a_collision_is_refused(bench: Bench) -> None:
    """So are two packages that bring different files for one place."""
    one, two = (bench.wheel(name, {"lib/same.py": f"# {name}\n"}) for name in ("one", "two"))
    with pytest.raises(Refused, match=r"pex: Encountered collision .*/same\.py was provided by"):
        bench.build("pex", one, two)
