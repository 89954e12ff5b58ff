"""What the tests of the reference share: the interpreters here, and wheels made on the spot."""

from __future__ import annotations

import atexit
import base64
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from reference import build, interpreter
from reference.interpreter import Interpreter
from reference.store import Store

NAMES = ["python2.7", *(f"python3.{minor}" for minor in range(6, 16))]


def _found() -> list[Path]:
    """Every CPython of pyenv and of the system, or the one that runs the tests."""
    pyenv = sorted(Path("~/.pyenv/versions").expanduser().glob("*/bin"))
    places = [folder / name for folder in [*pyenv, Path("/usr/bin")] for name in NAMES]
    found = {path.resolve(): path for path in places if path.exists()}
    return list(found.values()) or [Path(sys.base_prefix, "bin", NAMES[sys.version_info[1] - 5])]


EXECUTABLES = _found()

#: Where the answers of interpreters are kept while the tests run.
ANSWERS = Path(tempfile.mkdtemp())
atexit.register(shutil.rmtree, ANSWERS, ignore_errors=True)


@functools.cache
def ask(executable: Path) -> Interpreter:
    """The facts of an interpreter, asked once."""
    return interpreter.ask(executable, Store(ANSWERS))


@pytest.fixture(params=EXECUTABLES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def base(request: pytest.FixtureRequest) -> Interpreter:
    """Each interpreter on this machine in turn."""
    return ask(request.param)


@pytest.fixture
def newest() -> Interpreter:
    """One interpreter, for what does not depend on it."""
    return max((ask(path) for path in EXECUTABLES), key=lambda found: found.version)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """One store for all tests, so that each launcher is compiled once."""
    return Store(tmp_path_factory.mktemp("store"))


WheelMaker = Callable[..., Path]


@pytest.fixture
def make_wheel(tmp_path: Path) -> WheelMaker:
    """A function that makes a wheel of files, given by their paths in it."""

    def make(
        name: str,
        files: Mapping[str, bytes] = {},
        *,
        version: str = "1.0",
        metadata: Sequence[str] = (),
        entry_points: str = "",
        tag: str = "py2.py3-none-any",
        folder: str = "wheels",
    ) -> Path:
        info = f"{name}-{version}.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *metadata, ""]
        wheel_lines = ["Wheel-Version: 1.0", "Generator: tests", "Root-Is-Purelib: true"]
        every = {
            **files,
            f"{info}/METADATA": "\n".join(lines).encode(),
            f"{info}/WHEEL": "\n".join([*wheel_lines, f"Tag: {tag}", ""]).encode(),
        }
        if entry_points:
            every[f"{info}/entry_points.txt"] = entry_points.encode()
        record = "".join(
            f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in every.items()
        )
        every[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
        wheel = tmp_path / folder / f"{name}-{version}-{tag}.whl"
        wheel.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, content in every.items():
                member = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
                executable = "/scripts/" in path or "/data/bin/" in path
                member.external_attr = (0o100755 if executable else 0o100644) << 16
                archive.writestr(member, content)
        return wheel

    return make


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """The environments without packages that were made so far, by executable."""
    return {Path(): tmp_path_factory.mktemp("environments")}


@pytest.fixture
def environment(base: Interpreter, store: Store, environments: dict[Path, Path]) -> Path:
    """An environment of the interpreter in turn, without packages; not to be changed."""
    if base.executable not in environments:
        output = environments[Path()] / f"{base.full_version}-{len(environments)}"
        build.build(base.executable, [], output, store=store)
        environments[base.executable] = output
    return environments[base.executable]


def python_of(environment: Path, base: Interpreter) -> Path:
    """bin/pythonX.Y of *environment*."""
    return environment / "bin" / f"python{base.minor}"


def run(
    command: Sequence[str | Path],
    *,
    executable: Path | None = None,
    cwd: Path | None = None,
    variables: Mapping[str, str] = {},
) -> str:
    """Run a command in a clean environment and return what it prints; it has to succeed."""
    clean = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **variables}
    with tempfile.TemporaryDirectory() as empty:  # what lies in the folder is on sys.path
        done = subprocess.run(
            list(map(str, command)),
            executable=executable,
            cwd=cwd or empty,
            env=clean,
            capture_output=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode()
