"""The store: what is made once and used by many environments.

    <store>/trees/<key>/       wheels, unpacked; <key>.json beside it lists their files
    <store>/launchers/<key>    launchers, compiled
    <store>/bases/<key>/       what environments take from a base, where they may not link to it
    <store>/building/          what is being made; the next build removes what a killed one left

An entry is made in `building` and renamed, under a lock of its own: it is there whole or not
at all.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from .errors import BuildError


class Store:
    """A folder of finished things, safe to share between builds that run at the same time."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            cache = os.environ.get("XDG_CACHE_HOME", "")
            base = Path(cache) if cache.startswith("/") else Path.home() / ".cache"
            folder = base / "envparity-reference"
        self.folder = folder
        try:
            (folder / "building").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BuildError(f"{folder}: the store cannot be made: {error.strerror}") from None

    def obtain(self, name: str, make: Callable[[Path], None]) -> Path:
        """Return the entry *name*, made by *make* (given the path to make) when it is not there."""
        entry = self.folder / name
        if entry.exists():
            return entry
        entry.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{entry}.lock"):
            if not entry.exists():
                with self.workspace() as workspace:
                    make(workspace / "new")
                    (workspace / "new").rename(entry)
        return entry

    @contextlib.contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder to build in, gone afterwards; after a kill the next build removes it."""
        building = self.folder / "building"
        self._remove_abandoned(building)
        workspace = building / secrets.token_hex(8)
        # The lock comes first: a folder that lies here without a holder is taken for abandoned.
        lock = FileLock(f"{workspace}.lock")
        with lock:
            try:
                workspace.mkdir()
                yield workspace
            finally:
                shutil.rmtree(workspace, ignore_errors=True)
                Path(lock.lock_file).unlink(missing_ok=True)

    @staticmethod
    def _remove_abandoned(building: Path) -> None:
        for marker in building.glob("*.lock"):
            lock = FileLock(marker)
            with contextlib.suppress(Timeout, OSError):
                lock.acquire(timeout=0)
                shutil.rmtree(marker.with_suffix(""), ignore_errors=True)
                marker.unlink(missing_ok=True)
                lock.release()
