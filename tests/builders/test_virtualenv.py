"""`virtualenv` is the host's virtualenv and the base's pip."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from envparity import builders
from envparity.builders import Unsupported
from tests.builders.conftest import Bench
from tests.builders.test_venv import contents


def test_it_works(bench: Bench) -> None:
    """Programs and modules are found, and the environment is virtualenv's."""
    made = bench.build("virtualenv", bench.greeter)
    assert ["hello", "hello"] == [made.program("greet"), made.program("shout")]
    assert made.says("import sys, greeter; print(sys.prefix)") == str(made.environment.prefix)
    config = (made.folder / "out/env/pyvenv.cfg").read_text()
    assert f"virtualenv = {version('virtualenv')}" in config


def test_the_short_way_is_the_plain_way(bench: Bench, tmp_path: Path) -> None:
    """Apart from pip, the environment is what virtualenv with its own pip makes."""
    made = bench.build("virtualenv", bench.greeter)
    plain = tmp_path / "env"
    wheel = bench.greeter.path
    for command in (
        (sys.executable, "-I", "-m", "virtualenv", "--no-download",
         "--python", bench.newest.executable, plain),
        (plain / "bin/pip", "install", "--no-index", f"--find-links={wheel.parent}",
         "--no-compile", "greeter==1.0"),
    ):  # fmt: skip
        subprocess.run(
            command, check=True, capture_output=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        )  # fmt: skip
    ours = contents(made.folder / "out/env", made.environment.prefix)
    theirs = contents(plain, plain)
    assert ours.keys() == theirs.keys()
    different = {name.rpartition("/")[2] for name in ours if ours[name] != theirs[name]}
    assert different <= {"pyvenv.cfg", "RECORD"}


def test_what_it_no_longer_serves(bench: Bench) -> None:
    """A Python that virtualenv has dropped is unsupported, in virtualenv's own words."""
    with pytest.raises(Unsupported, match=r"virtualenv: .*2\.7"):
        bench.build("virtualenv", python=bench.interpreter("2.7"))


def test_it_says_its_version(bench: Bench) -> None:
    """The report names the virtualenv that was under test."""
    described = builders.parse("virtualenv", bench.plan.data).describe(bench.workshop)
    assert (described.name, described.version) == ("virtualenv", version("virtualenv"))
    assert described.fingerprint
