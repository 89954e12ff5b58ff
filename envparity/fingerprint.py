"""Fingerprints: what a verdict rests on, part by part, each as one digest.

A verdict is used again only where none of them has changed. So each one errs on the side of
change: a file that was touched counts as another, and a package that the system has installed
since may be one that a step uses. Modification alone is not trusted where the kernel also keeps
the time of the last change, which nobody can set (stat(2), `st_ctim`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import stat
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from envparity.cache import digest, digest_of_files
from envparity.sandbox import Bind

if TYPE_CHECKING:
    from envparity.builders import Description
    from envparity.environment import Environment
    from envparity.interpreter import Interpreter

#: Files and folders of package managers that change with whatever they install or remove.
PACKAGE_DATABASES = (
    "/var/lib/dpkg/status",
    "/var/lib/rpm/rpmdb.sqlite",
    "/usr/lib/sysimage/rpm/rpmdb.sqlite",
    "/lib/apk/db/installed",
    "/var/lib/pacman/local",
    "/run/current-system",
)

#: Entries of an environment beyond which it is built and run rather than read.
MOST_ENTRIES = 4_000

#: Links in one path beyond which it is taken for a circle (MAXSYMLINKS of Linux).
MOST_LINKS = 40

#: Where the system keeps what `of_machine` and the interpreter's own fingerprint are about.
SYSTEM_FOLDERS = ("/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/usr")


def of_harness() -> str:
    """The sources of envparity itself, all of them: any may bear on a verdict."""
    package = Path(__file__).parent
    sources = [path for path in package.rglob("*.py") if "_data" not in path.parts]
    return digest_of_files(*sorted(sources))


def of_host() -> str:
    """The Python that runs the harness and its builders, and every distribution it has."""
    have = {f"{one.name} {one.version}" for one in metadata.distributions()}
    return digest(sys.version, sys.executable, *sorted(have))


def of_machine() -> str:
    """Kernel, C library, shell, what the package manager has installed, and who runs this."""
    files = ("/bin/sh", "/usr/bin/env", "/etc/os-release", *PACKAGE_DATABASES)
    return digest(
        platform.release(),
        platform.machine(),
        *platform.libc_ver(),
        os.geteuid() == 0,
        *(_stamp(Path(path)) for path in files if Path(path).exists()),
    )


def of_interpreter(interpreter: Interpreter) -> str:
    """The interpreter with its whole standard library, headers and programs.

    Not its site-packages, which are hidden from every cell, nor bytecode, which anybody who may
    write it changes by a mere start.
    """
    prefix = interpreter.prefix
    folders = [Path(interpreter.paths["stdlib"]), Path(interpreter.paths["include"])]
    if str(prefix) not in {"/", "/usr", "/usr/local"}:
        folders = [prefix]
    left_out = {*interpreter.site_packages, interpreter.paths["purelib"]}
    stamps = (line for folder in folders for line in _stamps(folder, left_out))
    return digest(interpreter.fingerprint, *sorted(stamps))


def of_builder(description: Description, program: Path | None = None) -> str | None:
    """What the builder says of itself, with the bytes of its *program*; None if it says nothing.

    A program may read any file of the machine. That it declares a fingerprint is its word that
    what it builds depends on nothing else but the library beside it, as ~/tool/lib is beside
    ~/tool/bin/tool.
    """
    if description.fingerprint is None:
        return None
    parts = [description.name, description.version, description.fingerprint]
    if program is not None:
        parts.append(digest_of_files(program))
        library = (program.resolve().parent.parent / "lib").resolve()
        of_system = library.is_relative_to("/usr") and not library.is_relative_to("/usr/local")
        if library.is_dir() and not of_system:
            parts += sorted(_stamps(library, set()))
    return digest(*parts)


def of_environment(environment: Environment, interpreter: Interpreter, *, since: int) -> str | None:
    """All that a step can see of a built environment, or None where that cannot be told.

    Paths, modes, owners, link targets and contents, through links into what the builder keeps
    elsewhere. A time of modification counts as it is when it lies before *since* (ns since the
    epoch), and as "new" otherwise: two builds of one thing are not made at one time. Links into
    the interpreter and the system are told by their targets, since those have fingerprints of
    their own; a link to anywhere else, or too many entries, and nothing is told. In a store the
    names of things tell what they were made of, and nothing has to be read.
    """
    places = environment.prefix, environment.python, environment.scripts, environment.site
    if environment.store is not None and environment.prefix.is_relative_to(environment.store):
        return digest("store", *places, environment.links)
    reader = _Reader(environment, interpreter, since)
    try:
        lines = [*reader.read(str(environment.prefix))]
        if not lines:  # vanilla, or what exists already: nothing of it is the run's own
            return None
    except (OSError, _Untellable):
        return None
    return digest(*places, environment.links, *lines)


class _Untellable(Exception):
    """An environment that depends on more than can be read."""


class _Reader:
    """Reads what lies below a path of a cell, from where the cell's mounts have it.

    Paths are strings here: an environment is hundreds of links, and this is done for each one.
    """

    def __init__(self, environment: Environment, interpreter: Interpreter, since: int) -> None:
        binds = [mount for mount in environment.mounts if isinstance(mount, Bind)]
        own = [bind for bind in binds if not bind.target.is_relative_to(interpreter.prefix)]
        places = [(str(bind.target), str(bind.source)) for bind in own]
        self._binds = sorted(places, key=lambda place: -len(place[0]))
        self._links = {str(path): str(target) for path, target in environment.links}
        self._since = since
        self._base = str(interpreter.prefix)
        self._seen: set[str] = set()

    def read(self, place: str) -> Iterator[str]:
        """One line for what is at *place*, and for each entry below it and behind its links."""
        parent, _, name = place.rpartition("/")
        inside = f"{self._resolved(parent).rstrip('/')}/{name}"
        if inside in self._links or name in {"", ".", ".."}:
            inside = self._resolved(place)
        yield from self._visit(inside)

    def _visit(self, inside: str) -> Iterator[str]:
        """The lines of *inside*, above which there are no links."""
        outside = self._outside(inside)
        if outside is None and not self._is_known(inside):
            raise _Untellable
        if outside is None or inside in self._seen:
            return
        self._seen.add(inside)
        if len(self._seen) > MOST_ENTRIES:
            raise _Untellable
        status = os.lstat(outside)
        line = f"{inside} {status.st_mode:o} {status.st_uid}:{status.st_gid}"
        if stat.S_ISLNK(status.st_mode):
            target = os.readlink(outside)  # noqa: PTH115
            yield f"{line} -> {target}"
            if target.startswith(f"{self._base}/") and "/../" not in target:
                return
            above = "" if target.startswith("/") else f"{inside.rpartition('/')[0]}/"
            with contextlib.suppress(FileNotFoundError):  # a link that leads nowhere is a fact
                yield from self.read(above + target)
        elif stat.S_ISDIR(status.st_mode):
            yield f"{line} {os.listxattr(outside)}"
            for name in sorted(os.listdir(outside)):  # noqa: PTH208
                yield from self._visit(f"{inside}/{name}")
        elif stat.S_ISREG(status.st_mode):
            content = hashlib.sha256(Path(outside).read_bytes()).hexdigest()
            when = "new" if status.st_mtime_ns >= self._since else status.st_mtime_ns
            yield f"{line} {status.st_nlink} {when} {content} {os.listxattr(outside)}"
        else:
            yield f"{line} {status.st_rdev}"

    def _is_known(self, path: str) -> bool:
        """Whether *path* is the interpreter's or the system's, but not what an admin put there."""
        if _is_below(path, self._base):
            return True
        of_system = any(_is_below(path, folder) for folder in SYSTEM_FOLDERS)
        return of_system and not _is_below(path, "/usr/local")

    def _resolved(self, path: str) -> str:
        """*path* with the links in it followed, as far as the cell's own mounts go."""
        left, done, steps = path.split("/")[::-1], "", 0
        while left:
            part = left.pop()
            if part in {"", ".", ".."}:
                done = done.rpartition("/")[0] if part == ".." else done
                continue
            above, done = done, f"{done}/{part}"
            target = self._links.get(done)
            outside = self._outside(done)
            if target is None and outside is not None and os.path.islink(outside):  # noqa: PTH114
                target = os.readlink(outside)  # noqa: PTH115
            if target is not None:
                steps += 1
                if steps > MOST_LINKS:
                    raise _Untellable
                done = "" if target.startswith("/") else above
                left += target.split("/")[::-1]
        return done or "/"

    def _outside(self, inside: str) -> str | None:
        """Where *inside* lies on this machine, if a mount of the cell brings it there."""
        for target, source in self._binds:
            if _is_below(inside, target):
                return source + inside[len(target) :]
        return None


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _stamp(path: Path) -> str:
    status = path.stat()
    return f"{path.resolve()} {status.st_ino} {status.st_size} {status.st_ctime_ns}"


def _stamps(folder: Path, left_out: set[str]) -> Iterator[str]:
    """One line for each file below *folder*."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__" and entry.path not in left_out:
                    yield from _stamps(Path(entry.path), left_out)
            else:
                status = entry.stat(follow_symlinks=False)
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
