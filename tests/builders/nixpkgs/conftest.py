"""A checkout of the miniature nixpkgs, with a history, and benches to try it at."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from envparity.capability import find_program
from envparity.interpreter import discover
from envparity.plan import Settings
from tests.builders.conftest import Bench, opened

MINIATURE = Path(__file__).with_name("miniature")

PYTHON = Path("pkgs/development/interpreters/python")
SUPPORT = Path("pkgs/build-support")

#: What a run with a real Nix needs, beside the interpreters.
NEEDED = ("nix-build", "patchelf", "perl", "cc", "git")

#: Benches by the builders that they are for.
BenchOf = Callable[..., contextlib.AbstractContextManager[Bench]]


@frozen
class Tree:
    """A git repository in *folder* that a test may change."""

    folder: Path

    def git(self, *words: str) -> str:
        """Run git in it, as somebody."""
        who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        command = ("git", "-C", str(self.folder), *who, *words)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def edit(self, path: str | Path, old: str, new: str) -> None:
        """Replace *old*, which has to be there, in one of its files."""
        file = self.folder / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def commit(self) -> str:
        """Commit everything, and return the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A step")
        return self.git("rev-parse", "HEAD")


def make_tree(folder: Path) -> Tree:
    """The miniature in *folder*, committed once."""
    shutil.copytree(MINIATURE, folder)
    tree = Tree(folder)
    tree.git("init", "--quiet")
    tree.commit()
    return tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """A checkout of the test's own."""
    return make_tree(tmp_path / "nixpkgs")


@pytest.fixture(scope="session", name="cache")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of all tests here: making a package of an interpreter takes seconds."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(name="bench_of")
def _bench_of(cache: Path) -> BenchOf:
    """What makes a bench, as a worker of a run has it, for some builders."""
    for name in NEEDED:
        if find_program(name) is None:
            pytest.skip(f"{name} is not installed")

    @contextlib.contextmanager
    def bench_of(*names: str, namespaces: bool = True) -> Iterator[Bench]:
        found, _ = discover(cache_dir=cache)
        python = [one for one in found if not one.debian_layout][-1].label
        settings = Settings(builders=names, python=python, cache=cache, namespaces=namespaces)
        with opened(settings) as bench:
            yield bench

    return bench_of
