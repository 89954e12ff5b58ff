"""The workshop: what a worker has at hand to run cells.

One worker has one workshop: the cache, the run's workspace, a sandbox and the wheels. Builders
and the oracle take what they need from it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from envparity.cache import Cache, digest, digest_of_files, remove_tree
from envparity.capability import Tool
from envparity.index import LOCK, Index, Lock
from envparity.interpreter import Interpreter
from envparity.package import Wheel, build_wheel, wheel_is_shared
from envparity.sandbox import SYSTEM_PATH, Sandbox
from envparity.scenario import Scenario, tree
from envparity.stopwatch import Stopwatch

if TYPE_CHECKING:
    from envparity.ledger import Ledger

#: Changes with the code that makes wheels.
WHEELWRIGHT = digest_of_files(
    *(Path(__file__).with_name(name) for name in ("package.py", "compiler.py"))
)

#: Environments that a worker keeps for cells to come: those without packages serve many scenarios.
ENVIRONMENTS_KEPT = 24


class Workshop:
    """Where one worker works. *folder* is the run's workspace, shared by its workers.

    *data* is the folder with `scenarios`, `reference` and `bugs`; without a *ledger* all is run.
    """

    def __init__(
        self,
        *,
        cache: Cache,
        folder: Path,
        sandbox: Sandbox,
        data: Path,
        tools: Mapping[str, Tool],
        system_path: Sequence[str] = SYSTEM_PATH,
        ledger: Ledger | None = None,
    ) -> None:
        self.cache = cache
        self.folder = folder
        self.sandbox = sandbox
        self.data = data
        self.tools = tools
        self.system_path = tuple(system_path)
        self.index = Index(cache)
        self.ledger = ledger
        self.stopwatch = Stopwatch()
        self._held: dict[str, int] = {}
        self._recent: dict[str, None] = {}
        self._wheels: dict[tuple[Path, str | None, str], Wheel] = {}

    @property
    def namespaces(self) -> bool:
        """Whether cells are contained."""
        return self.sandbox.namespaces

    @property
    def wheel_folder(self) -> Path:
        """Where all wheels are, each in a folder named by what it was made from."""
        folder = self.cache.folder / "wheels"
        folder.mkdir(exist_ok=True)
        return folder

    def inside(self, outside: Path, name: str) -> Path:
        """Where a cell sees *outside*: below the cell as *name*, or where it is anyway."""
        return self.sandbox.cell / name if self.namespaces else outside

    def claim(self, key: str, make: Callable[[Path], None]) -> Path:
        """The environment folder *key*, made by *make* if need be, and kept until `release`.

        Workers share what they build. Who uses a folder holds a shared flock(2) on it, who makes
        or removes one an exclusive one.
        """
        folder = self.folder / "environments" / key
        complete = folder / "complete"
        if key not in self._held:
            path = self.folder / "locks" / key
            path.parent.mkdir(exist_ok=True)
            self._held[key] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        lock = self._held[key]
        fcntl.flock(lock, fcntl.LOCK_SH)
        # flock(2) turns one lock into another by giving it up: a remover may come in between.
        while not complete.exists():
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not complete.exists():
                remove_tree(folder)
                folder.mkdir(parents=True)
                make(folder)
                complete.touch()
            fcntl.flock(lock, fcntl.LOCK_SH)
        self._recent.pop(key, None)
        self._recent[key] = None
        return folder

    def release(self) -> None:
        """Let go of the environments in use, and remove those that were not used for long."""
        for lock in self._held.values():
            os.close(lock)
        self._held.clear()
        for key in list(self._recent)[: max(0, len(self._recent) - ENVIRONMENTS_KEPT)]:
            del self._recent[key]
            lock = os.open(self.folder / "locks" / key, os.O_RDWR | os.O_CLOEXEC)
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # First of all, lest what is left of it when we are killed passes for whole.
                (self.folder / "environments" / key / "complete").unlink(missing_ok=True)
                remove_tree(self.folder / "environments" / key)
            os.close(lock)

    def wheels(self, scenario: Scenario, interpreter: Interpreter) -> tuple[Wheel, ...]:
        """The wheels of the packages that *scenario* has installed.

        Raise PackageUnavailable if one of them is an index's and cannot be had.
        """
        built = tuple(self._wheel(folder, scenario, interpreter) for folder in scenario.packages)
        if not scenario.requirements:
            return built
        lock = Lock.read(scenario.path.parent / LOCK)
        return built + self.index.wheels(scenario.requirements, lock, interpreter)

    def wheelhouse(self, scenario: Scenario, interpreter: Interpreter) -> Path | None:
        """`$WHEELS`: a folder with the wheels that *scenario*'s steps install, if it has any."""
        if not scenario.wheels:
            return None
        wheels = [self._wheel(folder, scenario, interpreter) for folder in scenario.wheels]

        def gather(folder: Path) -> None:
            for wheel in wheels:
                (folder / wheel.path.name).write_bytes(wheel.path.read_bytes())

        return self.cache.tree("wheelhouses", digest(*(w.digest for w in wheels)), gather)

    def _wheel(self, folder: Path, scenario: Scenario, interpreter: Interpreter) -> Wheel:
        files = scenario.files(folder)
        shared = wheel_is_shared(folder, files=files)
        remembered = (folder, scenario.case, "" if shared else interpreter.fingerprint)
        if remembered not in self._wheels:
            name = digest(
                WHEELWRIGHT,
                folder.name,
                "" if shared else interpreter.fingerprint,
                *(f"{name}\0{_content(path)}" for name, path in files.items()),
            )

            def make(draft: Path) -> None:
                build_wheel(folder, interpreter=interpreter, destination=draft, files=files).save()

            place = self.cache.tree("wheels", name, make)
            self._wheels[remembered] = Wheel.load(place)
        return self._wheels[remembered]


def _content(path: Path) -> str:
    if path.is_symlink():  # lint complains of it; it may lead nowhere
        return f"link:{path.readlink()}"
    return f"{path.stat().st_mode & 0o111:o}:{path.read_bytes().hex()}"


def corpus_digest(root: Path) -> str:
    """What tells one corpus from another: every file of it."""
    return digest(*(f"{name}\0{_content(path)}" for name, path in tree(root).items()))
