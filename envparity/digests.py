"""Digests: what a package manager says that the files of an interpreter should be.

Debian keeps them in `/var/lib/dpkg/info/*.md5sums` and, for configuration files, in
`/var/lib/dpkg/status`; conda in `conda-meta/*.json`; an installed wheel in its `RECORD` (PyPA's
"Recording installed projects"). An interpreter that was built from source has none of them.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter

#: Folders of a standard library that no start and no scenario reads, or that hold what is made
#: later: their contents are not looked at.
ASIDE = frozenset(
    {"__pycache__", "test", "tests", "idlelib", "lib2to3", "site-packages", "dist-packages"}
)

#: Files of a standard library that Python executes or the linker loads.
CODE = (".py", ".so")

_ALGORITHMS: Mapping[str, Callable[[], Any]] = {
    "md5": partial(hashlib.md5, usedforsecurity=False),
    "sha256": hashlib.sha256,
}

_CONFFILE = re.compile(r"^ (/\S+) ([0-9a-f]{32})(?: obsolete)?$", re.MULTILINE)


@frozen
class Digests:
    """What *keeper* has written down of an interpreter's files."""

    keeper: str
    """"dpkg", "conda" or "RECORD"."""
    files: Mapping[Path, str]
    """By absolute path: "md5:…" or "sha256:…", in hexadecimal; empty for what is a link."""

    def broken(self) -> Iterator[tuple[Path, str]]:
        """Files that are not what was written down, each with what is wrong with it."""
        for path, wanted in sorted(self.files.items()):
            if not wanted:
                continue
            algorithm = wanted.partition(":")[0]
            try:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, _ALGORITHMS[algorithm])
            except OSError as error:
                yield path, (error.strerror or "unreadable").lower()
                continue
            if f"{algorithm}:{found.hexdigest()}" != wanted:
                yield path, "modified"


def recorded(interpreter: Interpreter, *, root: Path = Path("/")) -> Digests | None:
    """The digests of *interpreter*'s executable and standard library, None if nobody keeps any.

    *root* is where a package manager's records are looked for.
    """
    stdlib = Path(interpreter.paths["stdlib"])
    own = {interpreter.executable.resolve()}
    if interpreter.libpython is not None:
        own.add(interpreter.libpython.resolve())

    def concerns(path: Path) -> bool:
        if path in own:
            return True
        return path.is_relative_to(stdlib) and not ASIDE & {*path.relative_to(stdlib).parts}

    for keeper, entries in (
        ("dpkg", _of_dpkg(interpreter, root)),
        ("conda", _of_conda(interpreter)),
        ("RECORD", _of_records(interpreter)),
    ):
        found = {path: what for path, what in entries if concerns(path)}
        if found:
            if keeper == "dpkg":
                found |= _of_conffiles(interpreter, root)
            return Digests(keeper, found)
    return None


def files_of(stdlib: Path) -> Iterator[os.DirEntry[str]]:
    """The files of a standard library, but for those that lie aside; links are not followed."""
    try:
        entries = sorted(os.scandir(stdlib), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in ASIDE:
                yield from files_of(Path(entry.path))
        else:
            yield entry


def _of_dpkg(interpreter: Interpreter, root: Path) -> Iterator[tuple[Path, str]]:
    wanted = f"{interpreter.paths['stdlib']}/".encode()
    for listing in sorted((root / "var/lib/dpkg/info").glob("*.list")):
        text = listing.read_bytes()
        if wanted not in text:
            continue
        # Links are listed, and have no digest.
        paths = map(Path, text.decode("utf-8", "surrogateescape").splitlines())
        yield from ((path, "") for path in paths if path.is_symlink())
        record = listing.with_suffix(".md5sums")
        if record.exists():
            yield from ((Path("/", name), f"md5:{value}") for name, value in md5sums(record))


def md5sums(record: Path) -> Iterator[tuple[str, str]]:
    """The files, relative to the root, and their MD5 in a `.md5sums`, as md5sum(1) writes it."""
    for line in record.read_text("utf-8", "surrogateescape").splitlines():
        value, _, name = line.partition("  ")
        yield name, value


def _of_conffiles(interpreter: Interpreter, root: Path) -> dict[Path, str]:
    """Debian's `/etc/pythonX.Y`, which the standard library links to."""
    text = (root / "var/lib/dpkg/status").read_text("utf-8", "surrogateescape")
    folder = f"/etc/python{interpreter.minor}/"
    return {
        Path(name): f"md5:{value}"
        for name, value in _CONFFILE.findall(text)
        if name.startswith(folder)
    }


def _of_conda(interpreter: Interpreter) -> Iterator[tuple[Path, str]]:
    for record in sorted((interpreter.prefix / "conda-meta").glob("python-*.json")):
        try:
            for entry in json.loads(record.read_bytes())["paths_data"]["paths"]:
                value = entry.get("sha256_in_prefix") or entry["sha256"]
                if entry.get("path_type") != "softlink":
                    yield interpreter.prefix / entry["_path"], f"sha256:{value}"
        except (ValueError, KeyError, TypeError):
            continue


def _of_records(interpreter: Interpreter) -> Iterator[tuple[Path, str]]:
    for site in map(Path, interpreter.site_packages):
        for record in sorted(site.glob("*.dist-info/RECORD")):
            with record.open(encoding="utf-8", errors="surrogateescape", newline="") as rows:
                for row in csv.reader(rows):
                    if len(row) > 1 and row[1].startswith("sha256="):
                        digits = row[1].removeprefix("sha256=") + "=="
                        try:
                            value = base64.urlsafe_b64decode(digits).hex()
                        except ValueError:
                            continue
                        yield Path(os.path.normpath(site / row[0])), f"sha256:{value}"
