"""What the benchmarks share: whom they measure, taking turns, and how it is told."""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envparity import interpreter as interpreters


@dataclass
class Contender:
    """One way to make an environment: *make* is given a path where nothing is, and is timed.

    It may return seconds of its own, which then count instead. *rounds* bounds how often it runs.
    """

    name: str
    make: Callable[[Path], float | None]
    rounds: int = 1000
    entries: int = 0
    seconds: list[float] = field(default_factory=list)
    failure: str = ""


def find_interpreter(spec: str, cache: Path) -> interpreters.Interpreter:
    """The interpreter that `envparity run --python SPEC` would take."""
    extra = interpreters.paths_named(spec)
    found, _ = interpreters.discover(extra, cache_dir=cache)
    return interpreters.select(spec, found)[0]


def machine(folder: Path) -> list[str]:
    """What has to be known of the machine to read the numbers."""
    about = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in about if "model name" in line), "?")
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
    here = [(len(at), kind) for at, kind in mounts if folder.is_relative_to(at)]
    return [
        f"processor    {model} × {os.cpu_count()}, load {os.getloadavg()[0]:.1f} when this ended",
        f"system       {platform.system()} {platform.release()}, on {max(here)[1]}",
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as they need to be, the first to the left and the rest to the right."""
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def once(one: Contender, output: Path, *, warm_up: bool) -> None:
    """Let one contender make one environment, and remove it."""
    began = time.perf_counter()
    try:
        seconds = one.make(output) or time.perf_counter() - began
    except (SystemExit, OSError) as error:
        one.failure = str(error)
    else:
        if not warm_up:
            one.seconds.append(seconds)
        if not one.entries:
            one.entries = sum(1 for _ in walk(output))
    shutil.rmtree(output, ignore_errors=True)


def take_turns(every: Sequence[Contender], rounds: int, folder: Path) -> None:
    """Warm every contender up, then let each make an environment in every round."""
    for turn in range(rounds + 1):
        for one in every if turn % 2 else reversed(every):
            if not one.failure and turn <= one.rounds and (turn or one.rounds > rounds):
                once(one, folder / "output", warm_up=turn == 0)


def walk(folder: Path) -> Iterator[Path]:
    """All below *folder*, folders before what is in them; links are not followed."""
    for entry in sorted(folder.iterdir()):
        yield entry
        if entry.is_dir() and not entry.is_symlink():
            yield from walk(entry)
