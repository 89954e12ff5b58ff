"""`pex` is the virtual environment that pex makes."""

from __future__ import annotations

import pytest

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
