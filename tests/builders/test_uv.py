"""`uv` is `uv venv` and `uv pip install`."""

from __future__ import annotations

import pytest

from envparity.builders import Refused, Unsupported
from envparity.capability import find_program
from tests.builders.conftest import Bench

pytestmark = pytest.mark.skipif(find_program("uv") is None, reason="uv is not installed")


def test_it_works(bench: Bench) -> None:
    """Programs and modules are found, and the environment is uv's."""
    made = bench.build("uv", bench.greeter)
    assert ["hello", "hello"] == [made.program("greet"), made.program("shout")]
    assert made.says("import sys, greeter; print(sys.prefix)") == str(made.environment.prefix)
    assert "\nuv = " in (made.folder / "out/env/pyvenv.cfg").read_text()
    assert not [line for line in made.files if line.endswith("direct_url.json")]


def test_what_it_no_longer_serves(bench: Bench) -> None:
    """A Python that uv has never served is unsupported, in uv's own words."""
    with pytest.raises(Unsupported, match=r"uv: .*Please use Python 3\.\d+ or newer"):
        bench.build("uv", python=bench.interpreter("2.7"))


def test_what_it_refuses_is_refused(bench: Bench) -> None:
    """A requirement that nothing satisfies is refused with uv's whole sentence."""
    lonely = bench.wheel("lonely", {"package.toml": 'requires = ["nobody"]\n', "lib/lonely.py": ""})
    with pytest.raises(Refused, match=r"uv: error: No solution found .* Because nobody was"):
        bench.build("uv", lonely)


def test_a_wheel_that_it_finds_invalid_is_refused(bench: Bench) -> None:
    """So is a wheel with a program that would lie elsewhere."""
    text = 'console-scripts = {"../../../greet" = "astray:main"}\n'
    astray = bench.wheel("astray", {"package.toml": text, "lib/astray.py": ""})
    with pytest.raises(Refused, match=r"uv: .* The wheel is invalid"):
        bench.build("uv", astray)
