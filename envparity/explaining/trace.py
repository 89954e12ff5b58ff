"""What strace saw: which process executed what, under which name, with which variables.

strace writes one file per process (`-ff`) with every string in hexadecimal (`-xx`), so that a line
is one call and no text has to be guessed at. This module needs the standard library alone: it
runs in the sandbox.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: The arguments of strace, but for the place of its files. `?` passes over calls that a machine
#: does not have.
OPTIONS = (
    "-ff", "-qq", "-v", "-xx", "-s", "1000000", "-e", "signal=none",
    "-e", "trace=execve,chdir,clone,?clone3,?fork,?vfork",
)  # fmt: skip

_RESULT = re.compile(r"\) += (-?\d+)(?: ([A-Z0-9]+) .*)?$")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Exec:
    """One execve(2), as it was asked for."""

    path: str
    """Absolute, but with its links."""
    argv: list[str]
    environ: dict[str, str]
    cwd: str
    error: str = ""
    """The name of what the kernel said, or nothing when it did it."""


@dataclass
class Process:
    """A process: what it executed, one after another, and whom it started after the last."""

    execs: list[Exec] = field(default_factory=list)
    before: list[Process] = field(default_factory=list)
    """Whom it started before its last execve."""
    children: list[Process] = field(default_factory=list)


def processes(files: Mapping[int, str], cwd: str) -> list[Process]:
    """The commands that a traced shell ran, in order; *files* are strace's, by process id."""
    if not files:
        return []
    root = _process(min(files), files, cwd)
    rest = root.execs[1:]
    # A shell that executes its last command instead of starting it is that command.
    shells = root.before if rest else root.children
    last = [Process(rest, [], root.children)] if rest else []
    return [*_with_programs(shells), *last]


def _process(number: int, files: Mapping[int, str], cwd: str) -> Process:
    process = Process()
    for line in files.get(number, "").splitlines():
        result = _RESULT.search(line)
        if result is None:
            continue
        call = line.partition("(")[0]
        value, error = int(result[1]), result[2] or ""
        if call == "execve":
            if not error:
                process.before += process.children
                process.children = []
            process.execs.append(_exec(line, cwd, error))
        elif call == "chdir" and value == 0:
            cwd = os.path.join(cwd, _strings(line)[0])
        elif value > 0 and value in files:
            process.children.append(_process(value, files, cwd))
    # What fails for want of a file is the search along PATH; what fails otherwise is the matter.
    there = [one for one in process.execs if not one.error or os.path.lexists(one.path)]
    process.execs = there or process.execs[-1:]
    return process


def _exec(line: str, cwd: str, error: str) -> Exec:
    name, _, rest = line.partition(", [")
    words, _, variables = rest.partition("], [")
    pairs = (variable.partition("=") for variable in _strings(variables))
    return Exec(
        path=os.path.join(cwd, _strings(name)[0]),
        argv=_strings(words),
        environ={key: value for key, _, value in pairs},
        cwd=cwd,
        error=error,
    )


def _strings(text: str) -> list[str]:
    return [os.fsdecode(bytes.fromhex(s.replace("\\x", ""))) for s in _STRING.findall(text)]


def _with_programs(found: list[Process]) -> Iterator[Process]:
    """Of *found* those that executed something; subshells stand for whom they started."""
    for process in found:
        if process.execs:
            yield process
        else:
            yield from _with_programs(process.children)


def children(process: Process) -> list[Process]:
    """The commands that *process* started once it was what it is."""
    return list(_with_programs(process.children))
