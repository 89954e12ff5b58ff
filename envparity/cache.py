"""What is kept between runs, and the workspace of one run.

Everything kept is named by the digest of what it was made from, appears by one `rename`, and is
never changed afterwards: a reader needs no lock, and a process that is killed leaves nothing that
another could mistake for a result. Locks are flock(2)'s and end with their holder.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import platformdirs
from attrs import frozen
from filelock import FileLock, Timeout

from envparity.errors import CacheError
from envparity.seal import is_intact, seal

#: Overrides where the cache lies.
VARIABLE = "ENVPARITY_CACHE_DIR"

#: Overrides where workspaces lie.
WORKSPACE_VARIABLE = "ENVPARITY_WORKSPACE_DIR"


def default_folder() -> Path:
    """The user's cache folder for envparity (XDG base directories, by platformdirs)."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("envparity")


def digest(*parts: object) -> str:
    """A name for what is made from *parts* and from nothing else.

    Parts are told apart by length, so that no two lists share a digest.
    """
    state = hashlib.sha256()
    for part in parts:
        data = str(part).encode("utf-8", "surrogateescape")
        state.update(b"%d:" % len(data))
        state.update(data)
    return state.hexdigest()[:32]


def digest_of_files(*paths: Path) -> str:
    """A digest of the contents of *paths*, in order."""
    return digest(*(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths))


#: Trees of caches that this process has found to be good.
_SEEN: set[Path] = set()


@frozen
class Cache:
    """A folder of things worth keeping.

    Raises CacheError when the folder cannot be written: running without one would make every
    worker build everything again.
    """

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> Cache:
        """The cache in *folder*, which is made when it is missing."""
        try:
            (folder / "locks").mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise CacheError(
                f"the cache cannot be written: {error.strerror}",
                path=folder,
                hint=f"set {VARIABLE} to a folder that can",
            ) from error
        return cls(folder)

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Whether no run uses the cache, and none begins to before this is left."""
        descriptor = self._open_use()
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True
        finally:
            os.close(descriptor)

    def use(self) -> int:
        """Say that a run uses the cache, until the descriptor that is returned is closed."""
        descriptor = self._open_use()
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor

    def _open_use(self) -> int:
        return os.open(self.folder / "locks" / "use", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @contextlib.contextmanager
    def lock(self, kind: str, name: str) -> Iterator[None]:
        """Hold the lock on one thing, so that only one worker makes it."""
        with FileLock(self.folder / "locks" / f"{kind}-{name}"):
            yield

    def tree(self, kind: str, name: str, make: Callable[[Path], None]) -> Path:
        """The folder *kind*/*name*, filled by *make* when it is not there yet.

        *make* gets an empty folder; when it raises, nothing stays.
        """
        place = self.folder / kind / name
        if self._is_good(place):
            _touch(place)
            return place
        with self.lock(kind, name):
            if self._is_good(place):
                return place
            place.parent.mkdir(exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=place.parent))
            try:
                if place.exists():  # it was damaged; whoever uses it still has it for a moment
                    place.rename(draft / "damaged")
                    remove_tree(draft / "damaged")
                draft.chmod(0o755)
                make(draft)
                record = self.seal_of(place)
                record.parent.mkdir(exist_ok=True)
                write_atomically(record, json.dumps(seal(draft)))
                draft.rename(place)
            except BaseException as error:
                remove_tree(draft)
                if isinstance(error, shutil.Error):  # copytree's list of all that went wrong
                    _, path, why = error.args[0][0]
                    raise CacheError(f"cannot be written: {why}", path=Path(path)) from None
                raise
        _SEEN.add(place)
        return place

    def seal_of(self, place: Path) -> Path:
        """Where the seal of the tree *place* is kept (`envparity.seal`)."""
        return self.folder / "seals" / f"{place.parent.name}-{place.name}.json"

    def _is_good(self, place: Path) -> bool:
        """Whether *place* is there and as it was made; asked once per process."""
        if place in _SEEN and place.is_dir():
            return True
        if not (place.is_dir() and is_intact(place, self.seal_of(place))):
            return False
        _SEEN.add(place)
        return True

    def read(self, kind: str, name: str) -> Any:
        """The JSON document *kind*/*name*, or None when there is none as it was written."""
        try:
            kept = (place := self.folder / kind / f"{name}.json").read_bytes()
        except OSError:
            return None
        checksum, _, text = kept.partition(b"\n")
        if checksum != _checksum(kind, name, text):
            return None
        _touch(place)
        return json.loads(text)

    def write(self, kind: str, name: str, document: object) -> None:
        """Keep *document* as *kind*/*name*."""
        place = self.folder / kind / f"{name}.json"
        place.parent.mkdir(exist_ok=True)
        text = json.dumps(document)
        write_atomically(place, f"{_checksum(kind, name, text.encode()).decode()}\n{text}")


def _touch(place: Path) -> None:
    """Have the time of *place* say that it was used; who prunes the cache goes by that."""
    with contextlib.suppress(OSError):
        os.utime(place)


def _checksum(kind: str, name: str, text: bytes) -> bytes:
    """What tells a document from one that a disk, or somebody, has changed or moved."""
    return hashlib.sha256(f"{kind}/{name}\n".encode() + text).hexdigest().encode()


def write_atomically(place: Path, text: str) -> None:
    """Give *place* the contents *text* in one step."""
    descriptor, draft = tempfile.mkstemp(prefix=".draft-", dir=place.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        Path(draft).rename(place)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def remove_tree(folder: Path) -> None:
    """Remove *folder* whatever modes, and however deep a tree, a builder or a step left in it."""
    # shutil and pathlib call themselves for each level of folders (python/cpython#89727).
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        with contextlib.suppress(RecursionError):
            _open_up(folder)
        subprocess.run(["rm", "-rf", "--", folder], stderr=subprocess.DEVNULL, check=False)


def _open_up(folder: Path) -> None:
    """Let the owner into *folder* and all folders below it; no link is followed."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                _open_up(path)


#: A file system in memory that any user may write to (Linux).
MEMORY = Path("/dev/shm")

#: Bytes that have to be free there before a workspace is put into it.
MEMORY_NEEDED = 2 << 30


def memory_folder() -> Path | None:
    """Where workspaces lie in memory, or None where that is not to be had.

    An environment is hundreds of links. On a journalling file system their making and removal
    costs more than all that is then run in it.
    """
    try:
        status = os.statvfs(MEMORY)
    except OSError:
        return None
    folder = MEMORY / f"envparity-{os.getuid()}"
    usable = not status.f_flag & (os.ST_NOEXEC | os.ST_RDONLY)
    roomy = status.f_bavail * status.f_frsize >= MEMORY_NEEDED
    if not (usable and roomy and os.access(MEMORY, os.W_OK)):
        return None
    # /dev/shm is everybody's: a folder of that name that is not ours is not used.
    owner = folder.lstat().st_uid if os.path.lexists(folder) else os.getuid()
    return folder if owner == os.getuid() and not folder.is_symlink() else None


class Workspace:
    """The folder of one run: built environments, builders' homes, cells without namespaces.

    Its owner holds a lock on it. What an owner that was killed left behind is removed by the
    next run, which finds the lock free.
    """

    def __init__(self, folder: Path, lock: FileLock, use: int) -> None:
        self.folder = folder
        self._lock = lock
        self._use = use

    @classmethod
    def create(cls, cache: Cache) -> Workspace:
        """A new workspace; workspaces of runs that are no more are removed first."""
        chosen, on_disk = os.environ.get(WORKSPACE_VARIABLE), cache.folder / "runs"
        runs = Path(chosen) if chosen else memory_folder() or on_disk
        folder = runs / f"{time.strftime('%Y%m%dT%H%M%S')}-{secrets.token_hex(4)}"
        lock = FileLock(f"{folder}.lock")
        try:
            runs.mkdir(mode=0o700, parents=True, exist_ok=True)
            for place in {runs, on_disk}:
                if place.is_dir():
                    sweep(place)
            sweep_drafts(cache.folder)
            # The lock comes first: another run may be sweeping at this moment.
            lock.acquire()
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise CacheError(
                f"no workspace can be made: {error.strerror}",
                path=runs,
                hint=f"set {WORKSPACE_VARIABLE} to a folder that can be written",
            ) from error
        return cls(folder, lock, cache.use())

    def close(self) -> None:
        """Remove the workspace."""
        remove_tree(self.folder)
        os.close(self._use)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def sweep(runs: Path) -> None:
    """Remove the workspaces below *runs* whose owners are gone."""
    for folder in runs.iterdir():
        if folder.suffix == ".lock":
            continue
        lock = FileLock(f"{folder}.lock", timeout=0)
        with contextlib.suppress(Timeout, OSError):
            with lock:
                remove_tree(folder)
            if not folder.exists():
                Path(lock.lock_file).unlink(missing_ok=True)


def sweep_drafts(folder: Path, *, age: float = 3600.0) -> None:
    """Remove drafts older than *age* seconds, whose makers were killed."""
    horizon = time.time() - age
    for draft in folder.glob("*/.draft-*"):
        with contextlib.suppress(OSError):
            if draft.lstat().st_mtime < horizon:
                remove_tree(draft) if draft.is_dir() else draft.unlink()
