"""`venv` is what `python -m venv` and its pip make."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from attrs import evolve

from envparity import builders
from envparity.builders import Refused, Request, Unsupported
from envparity.builders.program import ProgramBuilder
from envparity.errors import BuilderError
from envparity.interpreter import Interpreter
from tests.builders.conftest import Bench

#: What a fresh venv has besides: pip, and up to 3.11 setuptools.
_SEED = re.compile(
    r"lib(64)?/python[\d.]+/site-packages/(pip|setuptools|pkg_resources|_dist|dist)|bin/(pip|easy)"
)


def contents(folder: Path, spelled: Path) -> dict[str, bytes | str]:
    """The files of an environment, with their path *spelled* by one name."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file() and "__pycache__" not in name and not _SEED.match(name):
            found[name] = path.read_bytes().replace(str(spelled).encode(), b"PREFIX")
    return found


def plain_way(python: Interpreter, folder: Path, wheel: Path) -> None:
    """What a user types."""
    here = folder / "bin" / f"python{python.minor}"
    install = (here, "-m", "pip", "install", "--no-index", f"--find-links={wheel.parent}")
    for command in (
        (python.executable, "-m", "venv", folder),
        (*install, "--no-compile", "--disable-pip-version-check", "greeter==1.0"),
    ):
        subprocess.run(
            command, check=True, capture_output=True,
            env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(folder)},
        )  # fmt: skip


def test_the_short_way_is_the_plain_way(bench: Bench, tmp_path: Path) -> None:
    """Apart from pip itself, the environment is file by file what `venv` with its pip makes."""
    made = bench.build("venv", bench.greeter)
    plain = tmp_path / "env"
    plain_way(bench.newest, plain, bench.greeter.path)
    ours, theirs = (
        contents(made.folder / "out/env", made.environment.prefix),
        contents(plain, plain),
    )
    assert ours.keys() == theirs.keys()
    # The command that made it, which has --without-pip; and the RECORD's digests of scripts that
    # name the prefix.
    different = {name for name in ours if ours[name] != theirs[name]}
    assert {name.rpartition("/")[2] for name in different} <= {"pyvenv.cfg", "RECORD"}


def test_it_works(bench: Bench) -> None:
    """Programs and modules are found, and the environment says that it is one."""
    made = bench.build("venv", bench.greeter)
    assert ["hello", "hello"] == [made.program("greet"), made.program("shout")]
    assert made.says("import sys, greeter; print(sys.prefix)") == str(made.environment.prefix)
    assert made.says("import sys; print(sys.base_prefix)") == str(bench.newest.prefix)
    assert made.says(f"import sys; print({str(made.environment.site)!r} in sys.path)") == "True"


def test_system_site(bench: Bench) -> None:
    """`venv:system-site` opens the environment to the base's packages."""
    made = bench.build("venv:system-site", bench.greeter)
    assert "include-system-site-packages = true" in "\n".join(
        (made.folder / "out/env/pyvenv.cfg").read_text().splitlines()
    )
    base = str(bench.newest.site_packages[0])
    assert made.says(f"import sys; print({base!r} in sys.path)") == "True"


def test_debian(bench: Bench) -> None:
    """A venv of Debian's Python has the layout of every venv, not that of /usr."""
    debian = [one for one in bench.plan.found if one.debian_layout]
    if not debian:
        pytest.skip("no Python of Debian here")
    made = bench.build("venv", bench.greeter, python=debian[0])
    assert made.environment.scripts == made.environment.prefix / "bin"
    assert made.environment.site.name == "site-packages"
    assert made.program("greet") == "hello"


def test_python_2(bench: Bench) -> None:
    """Python 2.7 has no venv, and the builder says so."""
    with pytest.raises(Unsupported, match="has no venv: it is new in"):
        bench.build("venv", python=bench.interpreter("2.7"))


def test_what_pip_refuses_is_refused(bench: Bench) -> None:
    """A requirement that nothing satisfies is pip's to refuse, and nobody's crash."""
    lonely = bench.wheel("lonely", {"package.toml": 'requires = ["nobody"]\n', "lib/lonely.py": ""})
    with pytest.raises(Refused, match=r"pip: Could not find .* nobody"):
        bench.build("venv", lonely)


def test_a_build_that_takes_too_long(bench: Bench) -> None:
    """A builder is stopped at its time limit, and that is an error."""
    builder = builders.parse("venv", bench.plan.data)
    assert isinstance(builder, ProgramBuilder)
    hurried = evolve(builder, build_timeout=0.05)
    with pytest.raises(BuilderError, match=r"stopped after 0\.05 s"):
        hurried.build(Request(bench.newest, ()), bench.workshop)
