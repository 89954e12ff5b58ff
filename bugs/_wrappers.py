"""What several bugs do: put something else where an environment's programs are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

#: The interpreter's own programs that are Python itself, and no tool of it.
PYTHON = re.compile(r"python\d*(\.\d+)?[a-z]*")


def interpreters(environment: Path) -> list[Path]:
    """The real files in bin that are Python; other names of it are links to them."""
    names = sorted((environment / "bin").iterdir())
    return [path for path in names if PYTHON.fullmatch(path.name) and not path.is_symlink()]


def programs(environment: Path) -> Iterator[Path]:
    """Every other executable file of the environment's folders for programs."""
    for folder in (environment / "bin", environment / "local" / "bin"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            real = path.is_file() and not path.is_symlink()
            if real and path.stat().st_mode & 0o100 and not PYTHON.fullmatch(path.name):
                yield path


def write_wrapper(path: Path, target: Path, variables: Mapping[str, str]) -> None:
    """Put a shell wrapper at *path* that exports *variables* and executes *target*.

    A value is shell text, so that it can refer to the variable's old value.
    """
    lines = [f"export {name}={value}" for name, value in variables.items()]
    body = "\n".join(["#!/bin/sh", *lines, f'exec {shlex.quote(str(target))} "$@"', ""])
    path.unlink(missing_ok=True)
    path.write_text(body)
    path.chmod(0o755)


def wrap_interpreters(environment: Path, variables: Mapping[str, str]) -> None:
    """Put each interpreter behind a wrapper that exports *variables* and keeps argv[0]."""
    for path in interpreters(environment):
        real = path.with_name(f".{path.name}-wrapped")
        path.rename(real)
        lines = [f"export {name}={value}" for name, value in variables.items()]
        command = f'exec -a "$0" {shlex.quote(str(real))} "$@"'
        path.write_text("\n".join(["#!/bin/bash", *lines, command, ""]))
        path.chmod(0o755)


def site_packages(environment: Path) -> Path:
    """Where the environment's packages are."""
    found = [*environment.glob("local/lib/python*/dist-packages"),
             *environment.glob("lib/python*/site-packages")]  # fmt: skip
    return found[0]
