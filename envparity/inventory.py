"""The inventory of the cache: what lies in it, how much, since when; and what may go.

Anything in the cache can be made again, so to prune it costs time and never a verdict. It is
not done while a run uses the cache, since a cell may be looking at what would go.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import frozen

from envparity.cache import Cache, remove_tree
from envparity.errors import CacheError

#: What each kind of entry is, in the order in which they are listed.
KINDS = {
    "verdicts": "verdicts that hold until something changes",
    "observed": "what steps did in environments of one content",
    "outcomes": "what vanilla did",
    "layers": "packages, as they lie in vanilla",
    "relocated": "interpreters, copied for want of namespaces",
    "copies": "packages, in copied interpreters",
    "durations": "how dear cells were",
    "wheels": "packages of the corpus, as wheels",
    "wheelhouses": "folders with wheels for steps",
    "index": "wheels of the package index",
    "homes": "stores of builders that keep what they built",
    "builders": "the builders of this project, compiled",
    "trust": "interpreters whose oracle was checked",
    "interpreters": "what interpreters said about themselves",
}

#: What the rest is: locks, workspaces of runs, and so on. None of it is pruned.
OTHER = "other"

DAY = 86400.0


@frozen
class Entry:
    """One thing that is kept."""

    kind: str
    path: Path
    size: int
    """Bytes on disk."""
    used: float
    """When it was made or used last (s since the epoch)."""


@frozen
class Inventory:
    """Everything in a cache."""

    cache: Cache
    entries: Sequence[Entry]

    @classmethod
    def take(cls, cache: Cache) -> Inventory:
        """Look at all that is in *cache*; what disappears meanwhile is not in it."""
        entries = []
        for folder in sorted(cache.folder.iterdir()):
            kind = folder.name if folder.name in KINDS else OTHER
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                with contextlib.suppress(FileNotFoundError):
                    entries.append(Entry(kind, path, _size(path), path.lstat().st_mtime))
        return cls(cache, entries)

    @property
    def size(self) -> int:
        """Bytes altogether."""
        return sum(entry.size for entry in self.entries)

    def by_kind(self) -> dict[str, list[Entry]]:
        """The entries of each kind that there is."""
        found: dict[str, list[Entry]] = defaultdict(list)
        for kind in (*KINDS, OTHER):
            if mine := [entry for entry in self.entries if entry.kind == kind]:
                found[kind] = mine
        return found

    def outdated(self, *, days: float | None, size: int | None) -> list[Entry]:
        """What was not used for *days*, and then the longest unused until *size* bytes are left."""
        kept = sorted(
            (entry for entry in self.entries if entry.kind != OTHER), key=lambda one: one.used
        )
        horizon = float("-inf") if days is None else time.time() - days * DAY
        old = [entry for entry in kept if entry.used < horizon]
        left = self.size - sum(entry.size for entry in old)
        for entry in kept[len(old) :]:
            if size is None or left <= size:
                break
            old.append(entry)
            left -= entry.size
        return old


def prune(cache: Cache, entries: Iterable[Entry]) -> int:
    """Remove *entries* and return the bytes that were freed.

    Raises CacheError while a run uses the cache.
    """
    freed = 0
    with cache.alone() as alone:
        if not alone:
            raise CacheError("a run is using the cache", path=cache.folder, hint="try again later")
        for entry in entries:
            if entry.path.is_dir() and not entry.path.is_symlink():
                # Under another name first: a tree that is removed half-way must not pass for whole.
                gone = entry.path.with_name(f".draft-{entry.path.name}")
                entry.path.rename(gone)
                remove_tree(gone)
                cache.seal_of(entry.path).unlink(missing_ok=True)
            else:
                entry.path.unlink(missing_ok=True)
            freed += entry.size
    return freed


def _size(path: Path) -> int:
    """Bytes on disk of *path* and all below it."""
    return sum(status.st_blocks * 512 for status in _statuses(path))


def _statuses(path: Path) -> Iterator[os.stat_result]:
    yield path.lstat()
    if path.is_dir() and not path.is_symlink():
        for below in path.iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield from _statuses(below)
