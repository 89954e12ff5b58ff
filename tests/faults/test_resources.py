"""Disks that are full, folders that vanish, descriptors and processes that run out, clocks."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.conftest import Runner, command, environment
from tests.faults.conftest import LONG, judged_again, slow_scenario, start, until

ALONE = ("unshare", "--user", "--map-root-user", "--mount")


def test_a_full_disk_and_room_again(
    envparity: Runner, corpus: Path, tmp_path: Path, newest: str
) -> None:
    """A run without room ends with a line; the next one, with room on the same disk, is right."""
    small = tmp_path / "small"
    small.mkdir()
    script = f"""
    mount -t tmpfs -o size=48m tmpfs "{small}" && export ENVPARITY_WORKSPACE_DIR="{small}/runs"
    head -c 49000000 /dev/zero > "{small}/filler" ; head -c 1000000 /dev/zero > "{small}/more"
    "$@" > "{tmp_path}/first" 2>&1; echo $? >> "{tmp_path}/first"
    rm "{small}/filler" "{small}/more"
    "$@"; status=$?; ls -A "{small}/runs" > "{tmp_path}/left"; exit $status
    """
    ended = envparity(
        f"--corpus={corpus}", f"--python={newest}", "-n0", f"--cache={small}/cache",
        around=(*ALONE, "sh", "-c", script, "sh"),
    )  # fmt: skip
    first = (tmp_path / "first").read_text()
    assert first.splitlines()[-1] in {"1", "4"}, first
    assert "No space left on device" in first
    assert "Traceback" not in first
    assert (0, {"parity": 2}) == (ended.status, ended.outcomes()), ended.output
    assert "" == (tmp_path / "left").read_text()


def test_a_cache_that_cannot_be_written(corpus: Path, tmp_path: Path, newest: str) -> None:
    """A read-only cache is told in one line, before anything has run."""
    script = 'mount -t tmpfs -o ro tmpfs "$0" && exec "$@"'
    ended = subprocess.run(
        [*ALONE, "sh", "-c", script, str(tmp_path),
         *command("run", f"--corpus={corpus}", f"--python={newest}", "-n0")],
        env=environment(tmp_path / "cache"), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 4 == ended.returncode
    assert ["the cache cannot be written: Read-only file system" in ended.stderr] == [True]
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("what", ["runs", "layers", "wheels", "."] if LONG else ["runs", "."])
def test_a_folder_that_vanishes(corpus: Path, tmp_path: Path, newest: str, what: str) -> None:
    """A workspace or a cache that is removed under a run ends it; the next one is right."""
    slow_scenario(corpus, 1)
    cache = tmp_path / "cache"
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n", "2")
    with start(cache, tmp_path, *arguments) as process:
        assert until(lambda: (cache / "layers").is_dir() and list((cache / "runs").glob("*/env*")))
        shutil.rmtree(cache / what, ignore_errors=True)
        output, _ = process.communicate(timeout=120)
    assert process.returncode in {0, 1, 3, 4}, output
    assert {"parity"} == set(judged_again(cache, tmp_path, *arguments).values())


@pytest.mark.parametrize("count", [16, 24])
def test_too_few_descriptors(corpus: Path, tmp_path: Path, newest: str, count: int) -> None:
    """Without descriptors a run is not green and does not hang; the next one is right."""
    cache = tmp_path / "cache"
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n", "0")
    ended = subprocess.run(
        ["sh", "-c", f'ulimit -n {count}; exec "$@"', "sh", *command("run", *arguments)],
        env=environment(cache), cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    if ended.returncode == 0:  # it was enough
        assert "2 cells: 2 parity" in ended.stdout
    assert {"parity"} == set(judged_again(cache, tmp_path, *arguments).values())


def test_too_few_processes(corpus: Path, tmp_path: Path, newest: str) -> None:
    """Without processes a run is not green and does not hang; the next one is right."""
    cache = tmp_path / "cache"
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n", "0")
    # Linux 6.14 counts per PID namespace, with no less than 301.
    script = """
    echo 301 > /proc/sys/kernel/pid_max && [ "$(cat /proc/sys/kernel/pid_max)" = 301 ] || exit 77
    for i in $(seq 291); do sleep 100 & done 2> /dev/null
    "$@"
    """
    outer = Path("/proc/sys/kernel/pid_max").read_text()
    ended = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc", "bash", "-c",
         script, "bash", *command("run", *arguments)],
        env=environment(cache), cwd=tmp_path, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert outer == Path("/proc/sys/kernel/pid_max").read_text()
    if ended.returncode == 77:
        pytest.skip("this kernel counts processes for the whole machine")
    assert 0 != ended.returncode or "2 cells: 2 parity" in ended.stdout
    assert {"parity"} == set(judged_again(cache, tmp_path, *arguments).values())


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_was_set(corpus: Path, tmp_path: Path, newest: str, years: int) -> None:
    """A cache and a left workspace from another time, before or after, change no verdict."""
    cache = tmp_path / "cache"
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n", "0")
    assert {"parity"} == set(judged_again(cache, tmp_path, *arguments).values())
    (cache / "runs" / "20010101T000000-of-another-time").mkdir()
    then = time.time() + years * 365 * 86400
    for where, folders, names in os.walk(cache):
        for name in (*folders, *names):
            os.utime(Path(where, name), (then, then), follow_symlinks=False)
    assert {"parity"} == set(judged_again(cache, tmp_path, *arguments).values())


def flip(path: Path, random_: random.Random) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    if data:
        data[random_.randrange(len(data))] ^= 1 << random_.randrange(8)
    path.write_bytes(data)


def halve(path: Path, random_: random.Random) -> None:
    """Cut a file off somewhere."""
    data = path.read_bytes()
    path.write_bytes(data[: random_.randrange(len(data) + 1)])


DAMAGES: dict[str, Callable[[Path, random.Random], object]] = {
    "flipped": flip,
    "cut off": halve,
    "emptied": lambda path, random_: path.write_bytes(b""),
    "removed": lambda path, random_: path.unlink(),
}


def files_in(cache: Path) -> list[Path]:
    """Every file that a cache keeps."""
    return sorted(path for path in cache.rglob("*") if path.is_file() and not path.is_symlink())


@pytest.mark.parametrize("damage", DAMAGES if LONG else ["flipped", "emptied"])
def test_a_damaged_cache(corpus: Path, tmp_path: Path, newest: str, damage: str) -> None:
    """Whatever was flipped, cut off or removed in it, and in whichever file, verdicts are right.

    All files at once, and with the long profile one after another as well.
    """
    cache = tmp_path / "cache"
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n", "0",
                 "-b", "reference", "-b", "bug:symlink-farm")  # fmt: skip

    def verdicts() -> list[tuple[str, str, str]]:
        judged_again(cache, tmp_path, *arguments)
        lines = (tmp_path / "again.jsonl").read_text().splitlines()[1:-1]
        cells = [json.loads(line) for line in lines]
        return sorted((one["scenario"], one["builder"], one["outcome"]) for one in cells)

    right = verdicts()
    assert {"parity", "differs"} <= {outcome for _, _, outcome in right}
    random_ = random.Random(7)
    paths = files_in(cache)
    for path in paths:
        DAMAGES[damage](path, random_)
    assert right == verdicts()
    for path in random_.sample(files_in(cache), 60) if LONG else []:
        DAMAGES[damage](path, random_)
        assert right == verdicts(), path


@pytest.mark.parametrize("count", [2, 8])
def test_runs_that_share_a_cache(corpus: Path, tmp_path: Path, newest: str, count: int) -> None:
    """Runs that start together with one empty cache are all right, and leave no workspace."""
    cache = tmp_path / "cache"
    folders = [tmp_path / str(number) for number in range(count)]
    for folder in folders:
        folder.mkdir()
    arguments = (f"--corpus={corpus}", f"--python={newest}", "-n", "0")
    runs = [start(cache, folder, *arguments) for folder in folders]
    for run in runs:
        with run:
            output, _ = run.communicate(timeout=300)
        assert 0 == run.returncode, output
        assert "2 cells: 2 parity" in output
    assert [] == list((cache / "runs").iterdir())
    assert [] == list(cache.glob("*/.draft-*"))
