"""Each bug builds an environment that starts, and that shows the bug."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bugs
from reference.interpreter import Interpreter
from reference.wrapping import wrap

from ..reference.conftest import WheelMaker, base, make_wheel, newest, python_of, run

__all__ = ["base", "make_wheel", "newest"]

ROOT = Path(bugs.__file__).parents[1]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all tests."""
    return tmp_path_factory.mktemp("cache")


def build(name: str, interpreter: Interpreter, wheels: list[Path], at: Path, cache: Path) -> Path:
    """The environment that the bug called *name* makes."""
    request = {
        "protocol": 1,
        "interpreter": {"executable": str(interpreter.executable)},
        "packages": [{"wheel": str(wheel)} for wheel in wheels],
        "output": str(at / "env"),
    }
    (at / "request.json").write_text(json.dumps(request))
    variables = {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "bugs", name, "build", str(at / "request.json")]
    run(command, variables=variables)
    return at / "env"


PROGRAM = b"#!python\nimport os\nx = 3\nprint(x)\n"


def wheel_of(make_wheel: WheelMaker) -> Path:
    return make_wheel("p", {
        "p.py": b"",
        "p-1.0.data/scripts/three": PROGRAM,
        "p-1.0.data/scripts/foo": b'#!/bin/sh\nexec "$(dirname "$0")/.foo-wrapped"\n',
        "p-1.0.data/scripts/.foo-wrapped": wrap(PROGRAM, argv0="/foo"),
    })  # fmt: skip


@pytest.mark.parametrize("name", bugs.names())
def test_starts(
    newest: Interpreter, tmp_path: Path, make_wheel: WheelMaker, cache: Path, name: str
) -> None:
    """The environment of every bug starts, and runs a program that the bug does not concern."""
    environment = build(name, newest, [wheel_of(make_wheel)], tmp_path, cache)
    assert run([python_of(environment, newest), "-c", "print(1)"]) == "1\n"
    assert run([environment / newest.scheme["scripts"] / "three"]) == "3\n"


@pytest.mark.parametrize("name", bugs.names())
def test_is_told(name: str) -> None:
    """Every bug says in a line what it does, and in its docstring where it was reported."""
    bug = bugs.load(name)
    assert re.fullmatch(r"[a-z].{15,80}[^.]", bug.summary)
    text = bug.source.read_text("utf-8")
    assert re.search(r"https://github\.com/[\w./-]+/(issues|pull)/\d+", text.split('"""')[1])


SHOWS = {
    "patched-executable": ("import sys; print(sys.executable)", "{env}/bin/{python}"),
    "variables-dropped": ("import os; print(os.environ.get('PYTHONPATH'))", "None"),
    "pythonhome-wrapper": ("import os; print(os.environ.get('PYTHONHOME'))", "{env}"),
    "pythonpath-wrapper": ("import os; print(os.environ.get('PYTHONPATH'))", "{env}/{site}"),
    "sitecustomize-prefix": ("import sys; print(sys.prefix, sys.base_prefix)", "{env} {env}/.base"),
    "symlink-farm": ("import sys; print(sys.prefix)", "{base}"),
}


@pytest.mark.parametrize("name", SHOWS)
def test_shows(
    base: Interpreter, tmp_path: Path, make_wheel: WheelMaker, cache: Path, name: str
) -> None:
    """What the bug breaks is to be seen."""
    if base.version < (3,) and "base_prefix" in SHOWS[name][0]:
        pytest.skip("2.7 knows one prefix")
    environment = build(name, base, [wheel_of(make_wheel)], tmp_path, cache)
    script, told = SHOWS[name]
    words = {
        "env": environment, "site": base.scheme["purelib"], "base": base.prefix,
        "python": f"python{base.minor}",
    }  # fmt: skip
    assert run([python_of(environment, base), "-c", script]) == told.format(**words) + "\n"


def test_deleted_lines(
    base: Interpreter, tmp_path: Path, make_wheel: WheelMaker, cache: Path
) -> None:
    """The third line of a wrapped program is gone, and its preamble is not."""
    environment = build("delete-lines-1-and-3", base, [wheel_of(make_wheel)], tmp_path, cache)
    text = (environment / base.scheme["scripts"] / "foo").read_bytes()
    assert PROGRAM.splitlines()[2] not in text
    assert b"unwrap:" in text


def test_no_leftovers_of_what_is_not_supported(base: Interpreter, tmp_path: Path) -> None:
    """A bug that an interpreter cannot have says so with the protocol's status, and cleans up."""
    if base.version >= (3,):
        pytest.skip("only Python 2 knows no pyvenv.cfg")
    output = tmp_path / "env"
    words = {"executable": str(base.executable)}
    request = {"protocol": 1, "interpreter": words, "packages": [], "output": str(output)}
    (tmp_path / "request.json").write_text(json.dumps(request))
    command = [sys.executable, "-m", "bugs", "pyvenv-cfg-of-itself", "build"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [*command, str(tmp_path / "request.json")],
        env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "Python 2" in done.stderr
    assert not output.exists()


def test_unknown() -> None:
    """An unknown name ends with exit status 2 and the names that are near."""
    command = [sys.executable, "-m", "bugs", "symlinkfarm", "describe"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "symlink-farm" in done.stderr


@pytest.mark.parametrize("name", bugs.names())
def test_described(name: str) -> None:
    """Every bug says what was done and links to where it was reported."""
    bug = bugs.load(name)
    text = bug.source.read_text().split('"""')[1]
    assert "https://github.com/" in text
    assert bug.summary
    assert bug.replaces or bug.tamper
