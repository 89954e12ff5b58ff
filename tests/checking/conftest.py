"""Pythons to look at: a virtual environment with a package, and one that each test may damage."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from envparity.cache import Cache
from envparity.checking.finding import Check, Finding
from envparity.checking.installation import Installation, open_installation
from envparity.interpreter import Interpreter, discover
from envparity.package import build_wheel
from envparity.vanilla import install_wheel

GREETER = {
    "package.toml": 'console-scripts = {greet = "greeter:main"}\n',
    "lib/greeter.py": "def main():\n    print('hello')\n",
    "bin/shout": "#!python\nimport greeter\ngreeter.main()\n",
}


@pytest.fixture(scope="session", name="found")
def _found(tmp_path_factory: pytest.TempPathFactory) -> list[Interpreter]:
    """Every CPython of this machine, oldest first."""
    return discover(cache_dir=Cache.at(tmp_path_factory.mktemp("cache")).folder)[0]


@pytest.fixture(scope="session", name="newest")
def _newest(found: list[Interpreter]) -> Interpreter:
    """The newest interpreter with a prefix of its own."""
    return [one for one in found if one.has_venv and not one.debian_layout][-1]


def make_venv(folder: Path, base: Interpreter, *options: str) -> Path:
    """A virtual environment without pip, and without a link to its base.

    These tests damage it, and what is written to a link is written to the base.
    """
    options = ("--without-pip", "--copies", *options)
    command = [str(base.executable), "-B", "-m", "venv", *options, str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    leading_out = [
        one for one in folder.rglob("*") if not one.resolve().is_relative_to(folder.resolve())
    ]
    assert leading_out == []
    return folder


def write_file(path: Path, text: str, mode: int = 0o644) -> Path:
    """Write a file of a test's own: not where a link leads, and nowhere outside of its folder."""
    assert path.parent.resolve().is_relative_to(Path(tempfile.gettempdir()).resolve())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def install(
    venv: Path, base: Interpreter, name: str = "greeter", files: Mapping[str, str] = GREETER
) -> None:
    """Install a package into a virtual environment, as pip would."""
    package = venv.parent / f"{venv.name}-packages" / name
    for path, text in files.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(text)
    wheel = build_wheel(package, interpreter=base, destination=package.parent)
    site = next(venv.glob("lib/python*/site-packages"))
    paths = {
        "purelib": str(site), "platlib": str(site), "scripts": str(venv / "bin"),
        "data": str(venv), "include": str(venv / "include"),
    }  # fmt: skip
    install_wheel(wheel, paths, venv / "bin" / "python", Path("/"))


@pytest.fixture(name="venv")
def _venv(tmp_path: Path, newest: Interpreter) -> Path:
    """A virtual environment with a package."""
    venv = make_venv(tmp_path / "venv", newest)
    install(venv, newest)
    return venv


Look = Callable[..., list[Finding]]


def look(check: Check, path: Path, **facts: Any) -> list[Finding]:
    """What *check* finds at *path*, with *facts* in the place of some that are true."""
    with open_installation(path) as one:
        return list(check.findings(pretending(one, **facts)))


def pretending(one: Installation, **facts: Any) -> Installation:
    """*one*, if it had said *facts* of itself."""
    return attrs.evolve(one, facts={**one.facts, **facts})


@pytest.fixture(scope="session", name="plain")
def _plain(tmp_path_factory: pytest.TempPathFactory, newest: Interpreter) -> Iterator[Installation]:
    """A virtual environment with a package, opened, that no test damages."""
    venv = make_venv(tmp_path_factory.mktemp("plain") / "venv", newest)
    install(venv, newest)
    with open_installation(venv) as one:
        yield one


@pytest.fixture(name="opened")
def _opened(venv: Path) -> Iterator[Installation]:
    """The virtual environment, opened."""
    with open_installation(venv) as one:
        yield one
