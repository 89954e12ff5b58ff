"""A package index that is a folder, and the interpreter that things are tried on."""

from __future__ import annotations

import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from envparity.cache import Cache
from envparity.index import Index
from envparity.interpreter import Interpreter, discover
from envparity.package import Wheel, build_wheel


class House:
    """A folder of wheels that pip finds, and a cache."""

    def __init__(self, folder: Path, interpreter: Interpreter) -> None:
        self.folder = folder
        self.interpreter = interpreter
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.index = Index(Cache.at(folder / "cache"))

    def add(self, name: str, files: Mapping[str, str], version: str = "1.0") -> Wheel:
        """Put a distribution into the index; package.toml has its version besides."""
        package = self.folder / "packages" / f"{name}@{version}"
        toml = f'version = "{version}"\n' + files.get("package.toml", "")
        for path, text in {**files, "package.toml": toml}.items():
            (package / path).parent.mkdir(parents=True, exist_ok=True)
            (package / path).write_text(text)
        return build_wheel(package, interpreter=self.interpreter, destination=self.wheels)

    def add_source(self, name: str) -> None:
        """Put a source distribution into the index."""
        setup = self.folder / "setup.py"
        setup.write_text("raise SystemExit('nobody runs this')\n")
        with tarfile.open(self.wheels / f"{name}-1.0.tar.gz", "w:gz") as archive:
            archive.add(setup, f"{name}-1.0/setup.py")


@pytest.fixture(scope="session", name="found")
def _found(tmp_path_factory: pytest.TempPathFactory) -> list[Interpreter]:
    """Every CPython of this machine, oldest first."""
    return discover(cache_dir=Cache.at(tmp_path_factory.mktemp("cache")).folder)[0]


@pytest.fixture
def house(
    tmp_path: Path, found: list[Interpreter], monkeypatch: pytest.MonkeyPatch
) -> House:  # fmt: skip
    """An index that pip is told of as its user would."""
    made = House(tmp_path, [one for one in found if not one.debian_layout][-1])
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return made
