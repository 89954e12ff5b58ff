"""The workshop: what a worker has at hand to run cells.

One worker has one workshop: the cache, the run's workspace, a sandbox and the wheels. Builders
and the oracle take what they need from it.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from filelock import FileLock

from envparity.cache import Cache, digest, digest_of_files
from envparity.capability import Tool
from envparity.interpreter import Interpreter
from envparity.package import Wheel, build_wheel, wheel_is_shared
from envparity.sandbox import SYSTEM_PATH, Sandbox
from envparity.scenario import Scenario, tree

#: Changes with the code that makes wheels.
WHEELWRIGHT = digest_of_files(
    *(Path(__file__).with_name(name) for name in ("package.py", "compiler.py"))
)


class Workshop:
    """Where one worker works. *folder* is the run's workspace, shared by its workers.

    *data* is the folder with `scenarios`, `reference` and `bugs`.
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
    ) -> None:
        self.cache = cache
        self.folder = folder
        self.sandbox = sandbox
        self.data = data
        self.tools = tools
        self.system_path = tuple(system_path)
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

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold a lock that the workers of this run share."""
        folder = self.folder / "locks"
        folder.mkdir(exist_ok=True)
        with FileLock(folder / name):
            yield

    def wheels(self, scenario: Scenario, interpreter: Interpreter) -> tuple[Wheel, ...]:
        """The wheels of the packages that *scenario* has installed."""
        return tuple(self._wheel(folder, scenario, interpreter) for folder in scenario.packages)

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
            record: list[Wheel] = []

            def make(draft: Path) -> None:
                record.append(
                    build_wheel(folder, interpreter=interpreter, destination=draft, files=files)
                )
                (draft / "wheel.json").write_text(_to_json(record[0]))

            place = self.cache.tree("wheels", name, make)
            self._wheels[remembered] = _from_json(place)
        return self._wheels[remembered]


def _content(path: Path) -> str:
    if path.is_symlink():  # lint complains of it; it may lead nowhere
        return f"link:{path.readlink()}"
    return f"{path.stat().st_mode & 0o111:o}:{path.read_bytes().hex()}"


def _to_json(wheel: Wheel) -> str:
    return json.dumps([wheel.path.name, wheel.name, wheel.version, wheel.requires, wheel.digest])


def _from_json(place: Path) -> Wheel:
    name, *rest = json.loads((place / "wheel.json").read_text())
    return Wheel(place / name, rest[0], rest[1], tuple(rest[2]), rest[3])


def corpus_digest(root: Path) -> str:
    """What tells one corpus from another: every file of it."""
    return digest(*(f"{name}\0{_content(path)}" for name, path in tree(root).items()))
