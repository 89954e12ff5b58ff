"""The store: what is made once and used by many environments.

    <store>/trees/<key>          wheels, unpacked
    <store>/launchers/<key>      launchers, compiled
    <store>/interpreters/<key>   what interpreters said about themselves

A thing is made in a draft beside its place and renamed: it is there whole or not at all.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import BuildError


def digest_of(content: bytes) -> str:
    """The SHA-256 of *content*, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


class Store:
    """A folder of finished things, safe to share between builds that run at the same time."""

    def __init__(self, folder: Path | None = None) -> None:
        cache = os.environ.get("XDG_CACHE_HOME", "")
        default = Path(cache) if cache.startswith("/") else Path("~/.cache").expanduser()
        self.folder = folder or default / "envparity-reference"

    def obtain(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the entry *name*, made by *make* (given the path to make) when it is not there."""
        entry = self.folder / name
        if not os.path.exists(entry):
            from filelock import FileLock  # takes longer to import than most builds take

            try:
                entry.parent.mkdir(parents=True, exist_ok=True)
                with FileLock(f"{entry}.lock"):
                    if not entry.exists():
                        with draft(entry) as new:
                            make(new)
                            new.rename(entry)
            except OSError as error:
                reason = f"{error.filename or entry.parent}: {error.strerror}"
                raise BuildError(f"the store cannot be used: {reason}") from None
        return entry


@contextlib.contextmanager
def draft(place: Path) -> Iterator[Path]:
    """Yield a path to make *place* at; the caller renames it, and what is left of it goes.

    A killed build leaves its draft beside *place*. Whoever makes that next removes it: a draft
    is locked as long as its maker lives.
    """
    head = f".{digest_of(os.fsencode(place.name))[:16]}-"
    for left in place.parent.glob(f"{head}*"):
        with contextlib.suppress(OSError), _locked(left):
            shutil.rmtree(left)
    folder = Path(tempfile.mkdtemp(prefix=head, dir=place.parent))
    with _locked(folder):
        try:
            yield folder / "new"
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
