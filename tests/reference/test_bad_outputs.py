"""Outputs and stores that cannot be written end a build in one line, with nothing left."""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from reference import build
from reference.store import Store

from .conftest import EXECUTABLES, WheelMaker, ask

ROOT = Path(build.__file__).parents[1]
PYTHON = EXECUTABLES[-1]
WHEEL = "p-1.0-py2.py3-none-any.whl"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache whose store has all that an environment without packages needs."""
    folder, base = tmp_path_factory.mktemp("cache"), ask(PYTHON)
    build.build(base.executable, [], folder / "env", store=Store(folder / "envparity-reference"))
    return folder


def closed_off() -> None:
    """Give up root's right to read and write everything; nobody else has it."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def fails(cache: Path, output: Path, *wheels: Path, mount: str = "") -> str:
    """A build in a process of its own fails and leaves nothing; what it said.

    The process has no rights that go beyond modes; *mount* is a line of shell that runs before.
    """
    command: list[str | Path] = [sys.executable, "-m", "reference", "make", "--python", PYTHON]
    command += ["--output", output, *wheels]
    return fails_to(cache, output.parent, command, mount=mount)


def fails_to(cache: Path, here: Path, command: Sequence[str | Path], *, mount: str = "") -> str:
    """*command* fails and leaves nothing new in *here* or half of anything in the store."""
    building = 'find "$XDG_CACHE_HOME/envparity-reference/building" -mindepth 1 2>/dev/null'
    line = f'{mount or ":"} && ls -A "$HERE" >&2; echo . >&2; "$@"; status=$?; ls -A "$HERE"'
    done = subprocess.run(
        [*(["unshare", "-rm"] if mount else []), "/bin/sh", "-c",
         f"{line}; {building}; exit $status", "sh", *command],
        env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(cache),
             "HERE": str(here)},
        capture_output=True,
        text=True,
        preexec_fn=None if mount else closed_off,
        check=False,
    )  # fmt: skip
    before, _, said = done.stderr.partition(".\n")
    assert done.returncode in (1, 3), said
    assert done.stdout == before or "ls: " in before
    assert said.startswith("reference: "), said
    lines = [line for line in said.splitlines() if not line.startswith("ls: ")]
    assert len(lines) == 1, said
    return lines[0]


@pytest.mark.parametrize("kind", ["file", "folder", "full", "dangling", "link", "loop", "fifo"])
def test_output_exists(cache: Path, tmp_path: Path, kind: str) -> None:
    """Whatever is at the output already stays as it is."""
    output = tmp_path / "there"
    if kind in ("folder", "full"):
        output.mkdir()
        (output / "x").write_bytes(b"x") if kind == "full" else None
    elif kind == "file":
        output.write_bytes(b"x")
    elif kind == "fifo":
        os.mkfifo(output)
    else:
        output.symlink_to({"dangling": "nowhere", "link": ".", "loop": "there"}[kind])
    before = output.lstat().st_mtime_ns
    assert str(output) in fails(cache, output)
    assert output.lstat().st_mtime_ns == before
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("place", ["gone/env", "gone/deep/env", "file/env", "loop/env", "x" * 300])
def test_no_parent(cache: Path, tmp_path: Path, place: str) -> None:
    """An output whose parent is missing, or is no folder, or with too long a name is an error."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "loop").symlink_to("loop")
    assert str(tmp_path) in fails(cache, tmp_path / place)
    assert sorted(os.listdir(tmp_path)) == ["file", "loop"]


@pytest.mark.parametrize("output", ["", "/", ".", "/sys/env", "/dev/null/env"])
def test_odd_output(cache: Path, output: str) -> None:
    """A root, a working directory and a file system that takes no files are errors."""
    fails(cache, Path(output))


@pytest.mark.parametrize(
    "request_",
    [
        {"output": "a\0b"},
        {"packages": [{"name": "p", "wheel": f"/a\0b/{WHEEL}"}]},
        {"interpreter": {"executable": "/a\0b"}},
        {"output": 1},
        {"packages": [WHEEL]},
        {"packages": {"p": 1}},
        {"interpreter": None},
    ],
    ids=str,
)
def test_odd_request(cache: Path, tmp_path: Path, request_: dict[str, object]) -> None:
    """A request with a NUL in a path, or a value of another type, is an error in one line."""
    request = {"protocol": 1, "interpreter": {"executable": str(PYTHON)}, "packages": []}
    path = tmp_path / "request.json"
    path.write_text(json.dumps({**request, "output": str(tmp_path / "env"), **request_}))
    fails_to(cache, tmp_path, [sys.executable, "-m", "reference", "build", path])


def test_unreadable(cache: Path, tmp_path: Path, make_wheel: WheelMaker) -> None:
    """A wheel that may not be read is an error that names it."""
    wheel = make_wheel("p")
    wheel.chmod(0)
    assert WHEEL in fails(cache, tmp_path / "env", wheel)
    wheel.chmod(0o644)
    wheel.parent.chmod(0)
    said = fails(cache, tmp_path / "env", wheel)
    wheel.parent.chmod(0o755)
    assert WHEEL in said


@pytest.mark.parametrize("mode", [0o555, 0o444])
def test_read_only_parent(cache: Path, tmp_path: Path, mode: int) -> None:
    """An output in a folder that may not be written is an error that names it."""
    parent = tmp_path / "parent"
    parent.mkdir(mode)
    assert str(parent) in fails(cache, parent / "env")


@pytest.mark.parametrize("mode", [0o555, 0])
@pytest.mark.parametrize("name", ["", "envparity-reference", "envparity-reference/launchers"])
@pytest.mark.parametrize("wheels", [0, 1])
def test_read_only_store(
    tmp_path: Path, make_wheel: WheelMaker, name: str, mode: int, wheels: int
) -> None:
    """A store that may not be written is an error that names it."""
    closed = tmp_path / "cache" / name
    closed.mkdir(parents=True)
    packages = [make_wheel("p")] * wheels
    closed.chmod(mode)
    said = fails(tmp_path / "cache", tmp_path / "env", *packages)
    closed.chmod(0o755)
    assert str(tmp_path / "cache") in said


@pytest.fixture
def mounts() -> None:
    """Skips where a user may not mount."""
    mount = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
    found = shutil.which("unshare")
    if not found or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")


@pytest.mark.usefixtures("mounts")
@pytest.mark.parametrize("options", ["size=8k", "nr_inodes=6", "ro"])
@pytest.mark.parametrize("full", ["output", "store"])
@pytest.mark.parametrize("wheels", [0, 1])
def test_full(
    cache: Path, tmp_path: Path, make_wheel: WheelMaker, options: str, full: str, wheels: int
) -> None:
    """An output or a store on a disk that is full, or read-only, is an error with nothing left."""
    files = {f"p/{number}": os.urandom(9000) for number in range(30)}
    packages = [make_wheel("p", files)] * wheels
    for name in ("out", "cache"):
        (tmp_path / name).mkdir()
    place = tmp_path / ("out" if full == "output" else "cache")
    used = cache if full == "output" else tmp_path / "cache"
    mount = f'mount -t tmpfs -o {options} none "{place}"'
    fails(used, tmp_path / "out/env", *packages, mount=mount)
