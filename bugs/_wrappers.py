"""What several bugs do: put something else where an environment's programs are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

#: The interpreter's own programs that are Python itself, and no tool of it.
PYTHON = re.compile(r"python\d*(\.\d+)?[a-z]*")

#: The line that nixpkgs injects into scripts, with nothing to set and nothing to add.
PREAMBLE = (
    b"import sys;import site;import functools;functools.reduce("
    b"lambda k, p: site.addsitedir(p, k), [], site._init_pathinfo());\n"
)


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


def write_wrapper(
    path: Path, target: Path, variables: Mapping[str, str], *, argv0: str | None = None
) -> None:
    """Put a shell wrapper at *path* that exports *variables* and executes *target*, as *argv0*.

    A value is shell text, so that it can refer to the variable's old value; *argv0* is, too.
    """
    lines = [f"export {name}={value}" for name, value in variables.items()]
    # Only bash can execute a program under another name.
    shell, name = ("/bin/sh", "") if argv0 is None else ("/bin/bash", f"-a {argv0} ")
    command = f'exec {name}{shlex.quote(str(target))} "$@"'
    path.unlink(missing_ok=True)
    path.write_text("\n".join([f"#!{shell}", *lines, command, ""]))
    path.chmod(0o755)


def wrap_interpreters(
    environment: Path, variables: Mapping[str, str], *, folder: Path | None = None
) -> None:
    """Move each interpreter behind a wrapper that keeps the caller's name, or names *folder*."""
    for path in interpreters(environment):
        real = path.with_name(f".{path.name}-wrapped")
        path.rename(real)
        name = shlex.quote(str(folder / path.name)) if folder else '"$0"'
        write_wrapper(path, real, variables, argv0=name)


def site_packages(environment: Path) -> Path:
    """Where the environment's packages are."""
    found = [*environment.glob("local/lib/python*/dist-packages"),
             *environment.glob("lib/python*/site-packages")]  # fmt: skip
    return found[0]
