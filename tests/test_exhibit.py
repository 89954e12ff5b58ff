"""Tests of what is kept of a cell that is not at parity."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from envparity import exhibit
from envparity.environment import Environment
from envparity.exhibit import Exhibit, Scene, bounded, on_host
from envparity.sandbox import Bind, Overlay
from tests.doubles import make_interpreter, make_outcome


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """An environment with a script, a link, a pipe, a package and a crowded standard library."""
    library = tmp_path / "lib" / "python3.12"
    for name in ("bin", "lib/python3.12/site-packages/greeter", "lib/python3.12/__pycache__"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bin" / "greet").write_bytes(b"#!/env/bin/python3.12 -E\nprint()\n")
    (tmp_path / "bin" / "tool").write_bytes(b"\x7fELF")
    (tmp_path / "bin" / "python3.12").symlink_to("/opt/3.12.1/bin/python3.12")
    os.mkfifo(tmp_path / "bin" / "pipe")
    (library / "site-packages" / "greeter" / "__init__.py").touch()
    (library / "__pycache__" / "os.pyc").touch()
    for number in range(40):
        (library / f"module{number:02}.py").touch()
    return tmp_path


def exhibited(folder: Path, **changes: Any) -> Exhibit:
    """What is kept of a cell with an environment in *folder*, which it sees as /env."""
    environment = Environment.at(
        Path("/env"), make_interpreter(), mounts=(Bind(Path("/env"), folder),), **changes
    )
    found = Scene(environments=[environment]).exhibit()
    assert found is not None
    return found


def test_tree(folder: Path) -> None:
    """Programs, packages and links with their targets are listed, and some of the library."""
    found = exhibited(folder)
    assert found.prefix == "/env"
    assert "lrwxrwxrwx bin/python3.12 -> /opt/3.12.1/bin/python3.12" in found.tree
    assert "-rw-r--r-- bin/tool" in found.tree
    assert "-rw-r--r-- lib/python3.12/site-packages/greeter/__init__.py" in found.tree
    modules = [line for line in found.tree if "/module" in line]
    assert len(modules) == exhibit.CROWD - 1  # and __pycache__
    assert not [line for line in found.tree if line.endswith(".pyc")]
    assert found.is_cut


def test_all_of_it(tmp_path: Path) -> None:
    """What is not cut is not said to be."""
    (tmp_path / "bin").mkdir()
    assert exhibited(tmp_path).tree == ("drwxr-xr-x bin",)
    assert not exhibited(tmp_path).is_cut


def test_bounds(folder: Path) -> None:
    """However much an environment has, only so much is listed, and it says that it is cut."""
    for number in range(exhibit.ENTRIES + 50):
        (folder / "bin" / f"program{number}").write_text("#!/bin/sh\n")
    found = exhibited(folder)
    assert len(found.tree) == exhibit.ENTRIES
    assert found.is_cut
    assert len(found.shebangs) == exhibit.PROGRAMS


def test_shebangs(folder: Path) -> None:
    """Shebangs are those of scripts; links, pipes and binaries are not opened or told."""
    assert exhibited(folder).shebangs == {"bin/greet": "#!/env/bin/python3.12 -E"}


def test_without_programs(tmp_path: Path) -> None:
    """An environment without a folder of programs has no shebangs, and is no error."""
    (tmp_path / "lib").mkdir()
    assert exhibited(tmp_path).shebangs == {}


def test_unreadable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be read is left out."""

    def refuse(*_arguments: object, **_options: object) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "readlink", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    found = exhibited(folder)
    assert not [line for line in found.tree if " -> " in line]
    assert "-rw-r--r-- bin/tool" in found.tree
    assert found.shebangs == {}
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert exhibited(folder).tree == ()


def test_place(folder: Path) -> None:
    """A prefix is found behind links and mounts, or where it is; a missing one is none."""
    python = make_interpreter()
    link = (Path("/cell/odd"), Path("/env"))
    behind = Environment.at(
        Path("/cell/odd"), python, mounts=(Bind(Path("/env"), folder),), links=(link,)
    )
    assert on_host(behind) == folder
    deeper = (Bind(Path("/"), Path("/nowhere")), Bind(Path("/env"), folder.parent))
    assert on_host(Environment.at(Path("/env") / folder.name, python, mounts=deeper)) == folder
    assert on_host(Environment.at(folder, python)) == folder
    over = Overlay(Path("/env"), (folder, Path("/opt")))
    assert on_host(Environment.at(Path("/env"), python, mounts=(over,))) == folder
    missing = Environment.at(folder / "missing", python)
    assert on_host(missing) is None
    kept = Scene(vanilla=[make_outcome("a")], environments=[missing]).exhibit()
    assert kept == Exhibit(vanilla=(make_outcome("a"),))


def test_nothing() -> None:
    """Where nothing was made there is nothing to show."""
    assert Scene().exhibit() is None


def test_outcomes() -> None:
    """Both sides are kept whole, but for the middle of long texts."""
    long = "a" * 10_000 + "b" * 10_000
    files = {f"file{number}": long for number in range(20)}
    scene = Scene(vanilla=[make_outcome("short")], theirs=[make_outcome(long, files=files)])
    kept = scene.exhibit()
    assert kept is not None
    assert kept.vanilla == (make_outcome("short"),)
    (theirs,) = kept.environment
    assert len(theirs.stdout) < exhibit.HEAD + exhibit.TAIL + 100
    assert theirs.stdout.startswith("aaa")
    assert theirs.stdout.endswith("bbb")
    assert "[… 16000 characters are left out …]" in theirs.stdout
    assert len(theirs.files) == exhibit.FILES


def test_bounded() -> None:
    """A text of just the length that is kept stays as it is."""
    assert bounded("abcdef", 4, 2) == "abcdef"
    assert bounded("abcdefg", 4, 2) == "abcd\n[… 1 characters are left out …]\nfg"
    assert bounded("abc", 1, 0) == "a\n[… 2 characters are left out …]\n"


def test_round_trip(folder: Path) -> None:
    """An exhibit survives its report."""
    scene = Scene(vanilla=[make_outcome("a", files={"f": "\udcff"})], theirs=[make_outcome("b")])
    kept = scene.exhibit()
    assert kept is not None
    for one in (kept, exhibited(folder)):
        assert Exhibit.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize(
    "change",
    [
        {"prefix": 1},
        {"tree": [1]},
        {"shebangs": {"a": 1}},
        {"shebangs": 1},
        {"vanilla": [1]},
        {"vanilla": [{}]},
        {"vanilla": [{**make_outcome().to_json(), "exit": "0"}]},
        {"environment": [{**make_outcome().to_json(), "stdout": None}]},
        {"environment": [{**make_outcome().to_json(), "files": {"a": 1}}]},
        {"environment": [{**make_outcome().to_json(), "more": 1}]},
    ],
)
def test_foreign(change: dict[str, Any]) -> None:
    """What is no exhibit is not read as one."""
    with pytest.raises((TypeError, KeyError, ValueError)):
        Exhibit.from_json({**Exhibit().to_json(), **change})
