"""The Python that is looked at: where it is, what it says of itself, how it starts.

Nothing is written into it: it starts with `-B`, with a HOME and a TMPDIR that are removed
afterwards, and without any variable of the user's.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from attrs import frozen

from envparity.checking import dpkg
from envparity.comparison import SHARED_PREFIXES
from envparity.errors import InterpreterError, UsageError

#: Seconds that one start may take.
PATIENCE = 20.0

#: Modules of the standard library that are made of something which may be missing.
MODULES = (
    "ssl", "hashlib", "zlib", "bz2", "lzma", "sqlite3", "ctypes", "readline", "curses", "uuid",
    "decimal", "select", "socket", "tkinter", "venv", "distutils",
)  # fmt: skip

_PROBE = Path(__file__).parents[1] / "_installation_probe.py"
_PYTHON = re.compile(r"python(\d(?:\.\d+)?)?([dmtu]*)")


@frozen
class Started:
    """How a process ended."""

    exit: int
    stdout: str
    stderr: str

    @property
    def last_words(self) -> str:
        """The last line that it said."""
        lines = (self.stderr.strip() or self.stdout.strip()).splitlines()
        return lines[-1][:200] if lines else f"exit status {self.exit}"


@frozen
class Entry:
    """A file of the tree: *status* is lstat(2)'s, and *target* whether a link leads somewhere."""

    path: str
    status: os.stat_result
    dangles: bool

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return stat.S_ISLNK(self.status.st_mode)


@frozen
class Identity:
    """Which Python answers: its version, sys.prefix and the prefix behind it."""

    version: str
    prefix: str
    base_prefix: str


#: Prints an Identity, line by line, on Python 2.7 and newer.
WHO = (
    "import sys; print(sys.version.split()[0]); print(sys.prefix); "
    "print(getattr(sys, 'real_prefix', getattr(sys, 'base_prefix', sys.prefix)))"
)


def find_python(path: Path) -> Path:
    """The program to look at: *path* itself, or the Python in the `bin` of the prefix *path*.

    Where there are several it is the one called `python3`, or else `python`; where it is named
    more closely as well (python3.12), that name. Raises UsageError if there is none.
    """
    hint = "a prefix with a Python in its `bin`, or a Python"
    if path.is_file():
        if not (os.access(path, os.X_OK) and _PYTHON.fullmatch(path.name)):
            raise UsageError(f"{path} is no Python", hint=hint)
        return path
    if not path.is_dir():
        raise UsageError(f"there is no {path}", hint=hint)
    places = [folder / name for folder in (path / "bin", path) for name in _names(folder)]
    if not places:
        raise UsageError(f"there is no Python in {path}", hint=hint)
    plain = {one.name: one for one in places}
    chosen = next((plain[name] for name in ("python3", "python", "python2") if name in plain), None)
    if chosen is None:
        return max(places, key=lambda one: [int(n) for n in re.findall(r"\d+", one.name)])
    real = chosen.resolve()
    full = [one for one in places if re.search(r"\d\.\d", one.name) and one.resolve() == real]
    return min(full, key=lambda one: len(one.name)) if full else chosen


def _names(folder: Path) -> list[str]:
    """Names of Pythons in *folder*."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    found = [name for name in names if _PYTHON.fullmatch(name)]
    return [
        name for name in found if os.access(folder / name, os.X_OK) and (folder / name).is_file()
    ]


@frozen(slots=False, eq=False)
class Installation:
    """A Python and what it says of itself. *scratch* is a folder for what is tried with it."""

    path: Path
    """The prefix that was asked about."""
    python: Path
    facts: Mapping[str, Any]
    """As `_installation_probe.py` documents them."""
    scratch: Path
    system: Path = Path("/")
    """Where the files of dpkg are below."""

    @property
    def version(self) -> str:
        """As in "3.12.1"."""
        return str(self.facts["version"])

    @property
    def minor(self) -> str:
        """As in "3.12"."""
        return ".".join(self.version.split(".")[:2])

    @property
    def release(self) -> tuple[int, int]:
        """The same as two numbers."""
        major, minor = self.minor.split(".")
        return int(major), int(minor)

    @property
    def prefix(self) -> Path:
        """sys.prefix."""
        return Path(self.facts["prefix"])

    @property
    def base(self) -> Path:
        """sys.base_prefix."""
        return Path(self.facts["base_prefix"])

    @property
    def is_venv(self) -> bool:
        """Whether it says that it is a virtual environment."""
        return self.prefix != self.base

    @property
    def is_shared(self) -> bool:
        """Whether its prefix is the system's as well, as /usr is."""
        return self.path in SHARED_PREFIXES

    @property
    def is_debian(self) -> bool:
        """Whether it has Debian's layout."""
        return any(one in self.facts["scheme_names"] for one in ("deb_system", "posix_local"))

    @property
    def bin(self) -> Path:
        """The folder of its programs."""
        return self.python.parent

    @property
    def stdlib(self) -> Path:
        """The folder of the standard library."""
        return Path(self.facts["paths"]["stdlib"])

    @cached_property
    def sites(self) -> tuple[Path, ...]:
        """The folders of installed packages, in the order of sys.path."""
        named = [*self.facts["site_packages"], *self.facts["path"]]
        named += [self.facts["paths"]["purelib"], self.facts["paths"]["platlib"]]
        found = [
            Path(one)
            for one in dict.fromkeys(named)
            if Path(one).name in {"site-packages", "dist-packages"} and Path(one).is_dir()
        ]
        unique = {one.resolve(): one for one in reversed(found)}
        return tuple(one for one in found if one in unique.values())

    @cached_property
    def own_sites(self) -> tuple[Path, ...]:
        """Those that are below the prefix."""
        return tuple(one for one in self.sites if self.owns(one))

    def owns(self, path: str | Path) -> bool:
        """Whether *path* lies in the prefix, by its spelling or by where it leads."""
        return _within(path, self.path)

    def holds(self, path: str | Path) -> bool:
        """Whether *path* lies in sys.prefix, wherever that is."""
        return _within(path, self.prefix)

    def belongs(self, path: str | Path) -> bool:
        """Whether *path* lies in the prefix, or in that of the Python behind it."""
        is_of_base = self.is_venv and _within(path, self.base)
        return self.owns(path) or self.holds(path) or is_of_base

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """The variables that every process gets."""
        search = os.pathsep.join((str(self.bin), "/usr/bin", "/bin"))
        home = str(self.scratch)
        return {"PATH": search, "HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8"}

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        program: Path | None = None,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> Started:
        """Run *argv*, in the file *program* if it is another, and wait for its end."""
        try:
            ended = subprocess.run(
                [str(word) for word in argv],
                executable=None if program is None else str(program),
                cwd=cwd or self.scratch,
                env={**self.environment, **(variables or {})},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
            )
        except OSError as error:
            return Started(127, "", f"{argv[0]}: {error.strerror}")
        except subprocess.TimeoutExpired:
            return Started(-9, "", f"{argv[0]}: it has not ended in {PATIENCE:g} s")
        return Started(ended.returncode, ended.stdout, ended.stderr)

    def who(self, argv: Sequence[str | Path], **options: Any) -> Identity | Started:
        """Which Python answers to *argv*, or how it failed."""
        started = self.run([*argv, "-c", WHO], **options)
        lines = started.stdout.splitlines()[-3:]
        return Identity(*lines) if started.exit == 0 and len(lines) == 3 else started

    @property
    def identity(self) -> Identity:
        """What `who` is to answer."""
        return Identity(self.version, str(self.prefix), str(self.base))

    @cached_property
    def tree(self) -> tuple[Entry, ...]:
        """What lies in the standard library and in the folders of packages, if that is its own."""
        roots = [self.stdlib] if self.owns(self.stdlib) else []
        roots += [one for one in self.own_sites if not _within(one, self.stdlib)]
        return tuple(entry for root in roots for entry in _walk(str(root)))

    @cached_property
    def files(self) -> Mapping[str, Entry]:
        """The tree by path."""
        return {entry.path: entry for entry in self.tree}

    @cached_property
    def known_to_dpkg(self) -> Mapping[str, str]:
        """The MD5 of the files that Debian's package manager has put into the tree, by path."""
        folders = (self.stdlib, *self.own_sites)
        return dpkg.digests(self.system, [one for one in folders if self.owns(one)])

    @cached_property
    def programs(self) -> tuple[Path, ...]:
        """The files in its `bin` and in the folder of its packages' programs, sorted."""
        folders = [self.bin, Path(self.facts["paths"]["scripts"])]
        found: dict[str, Path] = {}
        for folder in folders:
            if folder.is_dir() and self.owns(folder):
                for name in os.listdir(folder):
                    found.setdefault(str(folder / name), folder / name)
        return tuple(found[name] for name in sorted(found))


def _within(path: str | Path, folder: str | Path) -> bool:
    """Whether *path* is *folder* or below it: as both are spelled, or where both lead."""
    here, there = Path(os.path.normpath(path)), Path(os.path.normpath(folder))
    return here.is_relative_to(there) or here.resolve().is_relative_to(there.resolve())


def _walk(root: str) -> Iterator[Entry]:
    with os.scandir(root) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            status = entry.stat(follow_symlinks=False)
            is_link = stat.S_ISLNK(status.st_mode)
            yield Entry(entry.path, status, is_link and not os.path.exists(entry.path))
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path)


@contextlib.contextmanager
def open_installation(path: Path) -> Iterator[Installation]:
    """Ask the Python at *path* what it is; what is tried with it is removed afterwards.

    Raises UsageError if there is no Python, and InterpreterError if it does not answer.
    """
    path = Path(os.path.normpath(path.absolute()))
    python = find_python(path)
    prefix = path if path.is_dir() else python.parent.parent
    with tempfile.TemporaryDirectory(prefix="envparity-check-") as name:
        blank = Installation(prefix, python, {}, Path(name).resolve())
        started = blank.run([python, "-B", _PROBE, *MODULES])
        try:
            facts = json.loads(started.stdout.strip().rpartition("\n")[2])
        except ValueError:
            message = f"it does not start: {started.last_words}"
            raise InterpreterError(message, path=python) from None
        yield Installation(prefix, python, facts, blank.scratch)
