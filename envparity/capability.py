"""Capabilities: what a scenario may need beyond an interpreter, and whether it is there.

A missing capability skips a scenario by name; it never fails it. The closed list of names is
`scenario.NEEDS`.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from envparity.cache import digest

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter

#: Capabilities that are a program of the machine, by the program's name.
PROGRAMS = {name: name for name in ("cc", "bash", "perl", "pkg-config", "awk", "cmake", "make")}

#: Capabilities that are a program which envparity brings along, or finds beside itself.
TOOLS = ("virtualenv", "uv")


@frozen
class Tool:
    """A program that steps find last on PATH."""

    name: str
    command: tuple[str, ...]
    """What runs it."""
    identity: str
    """Changes when the tool does; part of the oracle's key."""


def find_tools() -> dict[str, Tool]:
    """The tools of `TOOLS` that this Python has."""
    found = {}
    if (spec := importlib.util.find_spec("virtualenv")) and spec.origin:
        command = (sys.executable, "-I", "-m", "virtualenv")
        found["virtualenv"] = Tool("virtualenv", command, _identity(Path(spec.origin)))
    uv = find_program("uv")
    if uv:
        found["uv"] = Tool("uv", (str(uv),), _identity(uv))
    return found


def find_program(name: str) -> Path | None:
    """The program *name* that was installed beside envparity, or else the one on PATH."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    return Path(found).absolute() if found else None


def write_tools(tools: Mapping[str, Tool], folder: Path) -> None:
    """Put one small shell script per tool into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    for tool in tools.values():
        script = folder / tool.name
        script.write_text(f'#!/bin/sh\nexec {shlex.join(tool.command)} "$@"\n')
        script.chmod(0o755)


def missing(
    needs: Sequence[str],
    interpreter: Interpreter,
    others: Sequence[Interpreter],
    tools: Mapping[str, Tool],
    *,
    namespaces: bool,
    system_path: Sequence[str],
) -> str | None:
    """The reason why a scenario with *needs* cannot run on *interpreter*, or None."""
    of_interpreter: dict[str, Callable[[], bool]] = {
        "true-prefix": lambda: namespaces,
        "two-pythons": lambda: other_python(interpreter, others) is not None,
        "ensurepip": lambda: interpreter.has_ensurepip,
        "venv": lambda: interpreter.has_venv,
        "python-name": lambda: "python" in interpreter.programs,
        "config-script": lambda: any(name.endswith("-config") for name in interpreter.programs),
        "headers": lambda: Path(interpreter.paths["include"], "Python.h").exists(),
        "shared-libpython": lambda: interpreter.libpython is not None,
    }
    for need in needs:
        if need in PROGRAMS:
            present = shutil.which(PROGRAMS[need], path=os.pathsep.join(system_path)) is not None
        elif need in TOOLS:
            present = need in tools
        else:
            present = of_interpreter[need]()
        if not present:
            return f"needs {need}, which {_place(need, interpreter)} does not have"
    return None


def other_python(interpreter: Interpreter, others: Sequence[Interpreter]) -> Interpreter | None:
    """`$OTHER_PYTHON`: the newest interpreter of another minor version."""
    candidates = [other for other in others if other.minor != interpreter.minor]
    return candidates[-1] if candidates else None


def identities(needs: Sequence[str], tools: Mapping[str, Tool], system_path: Sequence[str]) -> str:
    """Changes when one of the programs that *needs* name is replaced by another."""
    parts = [tools[need].identity for need in needs if need in tools]
    for need in needs:
        if need in PROGRAMS:
            found = shutil.which(PROGRAMS[need], path=os.pathsep.join(system_path))
            parts.append(_identity(Path(found)) if found else "")
    return digest(*parts)


def _place(need: str, interpreter: Interpreter) -> str:
    if need in PROGRAMS or need in TOOLS:
        return "this machine"
    if need == "true-prefix":
        return "a run without namespaces"
    if need == "two-pythons":
        return "this run"
    return interpreter.label


def _identity(path: Path) -> str:
    real = path.resolve()
    status = real.stat()
    return f"{real}:{status.st_size}:{status.st_mtime_ns}"
