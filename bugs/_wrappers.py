"""What several bugs do: put something else where an environment's programs are."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reference.errors import BuildError

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


#: A wrapper as makeBinaryWrapper compiles it: whoever reads argv does not see it.
COMPILED = """\
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const environment = "%s", *const target = "%s";

int main(int argc, char **argv)
{
    %s
    execv(target, argv);
    perror(target);
    return 127;
}
"""


def compile_wrappers(environment: Path, statements: str) -> None:
    """Move each interpreter behind a compiled wrapper that does *statements*, in C, first.

    They see `environment`, `target`, `argc` and `argv`. Raises `BuildError` where a wrapper does
    not compile.
    """
    for path in interpreters(environment):
        real = path.with_name(f".{path.name}-wrapped")
        path.rename(real)
        quoted = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in (environment, real))
        source = COMPILED % (*quoted, statements)
        command = [os.environ.get("CC") or "cc", "-O1", "-s", "-w", "-x", "c", "-", "-o", str(path)]
        done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BuildError(f"a wrapper does not compile: {done.stderr.strip()}")


def add_path_file(environment: Path, name: str, *lines: str) -> None:
    """Put the file *name*.pth, with *lines*, among the environment's packages."""
    (site_packages(environment) / f"{name}.pth").write_text("\n".join([*lines, ""]))


def replace_shebangs(environment: Path, header: str) -> None:
    """Let each program whose shebang names the environment's interpreter begin with *header*.

    In *header*, {python} is the interpreter and {name} the last part of its path.
    """
    own = re.compile(rb"#!(" + re.escape(bytes(environment)) + rb"/bin/([^ \n/]+))\n")
    for path in programs(environment):
        source = path.read_bytes()
        if match := own.match(source):
            words = {"python": os.fsdecode(match[1]), "name": os.fsdecode(match[2])}
            path.write_bytes(os.fsencode(header.format(**words)) + source[match.end() :])


def scripts_of_wheels(
    environment: Path, request: Mapping[str, Any]
) -> Iterator[tuple[Path, bytes]]:
    """Each script of the request's wheels: where it is in the environment, and what the wheel has.

    Those that the environment does not have as a file of its own are left out.
    """
    own = {path.name: path for path in programs(environment)}
    for package in request["packages"]:
        with zipfile.ZipFile(package["wheel"]) as wheel:
            for name in wheel.namelist():
                folder, _, program = name.rpartition("/")
                if folder.endswith(".data/scripts") and program in own:
                    yield own[program], wheel.read(name)


def site_packages(environment: Path) -> Path:
    """Where the environment's packages are."""
    found = [*environment.glob("local/lib/python*/dist-packages"),
             *environment.glob("lib/python*/site-packages")]  # fmt: skip
    return found[0]
