"""Packages from an index: a lock that pins them, and pip that downloads their wheels.

The theme `wild` installs what everybody else does. `scenarios/wild/lock.txt` says which version of
each distribution that is, and the SHA-256 of its files, in pip's own format
(https://pip.pypa.io/en/stable/topics/secure-installs/). pip downloads wheels, as it is configured
on this machine, outside of every sandbox and once for all runs; it compares the hashes, and takes
no source distribution, so that nothing is run.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from attrs import field, frozen
from packaging.markers import default_environment
from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.tags import platform_tags
from packaging.utils import NormalizedName, canonicalize_name, parse_wheel_filename

from envparity.cache import Cache, digest
from envparity.errors import CorpusError, PackageUnavailable
from envparity.package import Wheel

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter

#: The lock's name, in the folder of the theme.
LOCK = "lock.txt"

#: Seconds that pip has for one download of several wheels.
PATIENCE = 900.0

_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
#: What pip says when the network is at fault, and not what was asked for.
NO_NETWORK = re.compile(r"connection broken|NewConnectionError|Network is unreachable|timed out")


@frozen
class Pin:
    """One line of a lock: a distribution, its version, where it applies, and its files' hashes."""

    requirement: Requirement
    hashes: tuple[str, ...]
    line: int

    @property
    def name(self) -> NormalizedName:
        """The distribution's name, normalised."""
        return canonicalize_name(self.requirement.name)

    def spelled(self) -> str:
        """The pin as pip takes it, without the marker."""
        return " ".join((f"{self.name}{self.requirement.specifier}", *self.hashes))


@frozen
class Lock:
    """A lock: for each distribution, the pins of which one applies to an interpreter."""

    path: Path
    pins: Mapping[str, tuple[Pin, ...]]

    @classmethod
    def read(cls, path: Path) -> Lock:
        """Read the lock at *path*; raise CorpusError, the first there is, if it is none."""
        lock, errors = read_lock(path)
        if errors:
            raise errors[0]
        return lock

    def pin(self, name: str, environment: Mapping[str, str]) -> Pin:
        """The pin of *name* that applies in *environment*; CorpusError if there is none."""
        for pin in self.pins.get(canonicalize_name(name), ()):
            marker = pin.requirement.marker
            if marker is None or marker.evaluate(environment):
                return pin
        version = environment["python_full_version"]
        hint = "docs/adding-a-scenario.md says how the lock is made"
        raise CorpusError(f"nothing pins {name} for Python {version}", hint=hint, path=self.path)


def read_lock(path: Path) -> tuple[Lock, list[CorpusError]]:
    """Read the lock at *path*, with every error there is in it."""
    errors: list[CorpusError] = []
    pins: dict[str, list[Pin]] = {}
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Lock(path, {}), [CorpusError(f"cannot be read: {error}", path=path)]
    for line, entry in _entries(text):
        words = entry.split(" --", 1)
        hashes = tuple(_HASH.findall(entry))
        try:
            requirement = Requirement(words[0].strip())
        except InvalidRequirement:
            errors.append(CorpusError(f"no requirement: `{words[0]}`", path=path, line=line))
            continue
        pinned = [one.operator for one in requirement.specifier] == ["=="]
        if not pinned or requirement.url or "*" in str(requirement.specifier):
            message = f"`{requirement.name}` is not pinned"
            errors.append(CorpusError(message, hint="as in name==1.0", path=path, line=line))
        elif not hashes or len(hashes) != entry.count("--"):
            message = f"`{requirement.name}` without the hashes of its files"
            errors.append(CorpusError(message, hint="--hash=sha256:…", path=path, line=line))
        pin = Pin(requirement, hashes, line)
        pins.setdefault(pin.name, []).append(pin)
    return Lock(path, {name: tuple(found) for name, found in pins.items()}), errors


def _entries(text: str) -> Iterator[tuple[int, str]]:
    """The entries of a requirements file with the lines (1-based) that they begin on."""
    start, entry = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not entry:
            start = number
        entry += line.split("#", 1)[0].rstrip()
        if entry.endswith("\\"):
            entry = entry[:-1]
            continue
        if entry.strip():
            yield start, entry
        entry = ""


def marker_environment(interpreter: Interpreter) -> dict[str, str]:
    """The variables of markers (PEP 508) as they are in *interpreter*, on this machine."""
    environment = cast("dict[str, str]", dict(default_environment()))
    environment.update(
        implementation_name=interpreter.implementation,
        implementation_version=interpreter.version,
        platform_python_implementation="CPython",
        python_full_version=interpreter.version,
        python_version=interpreter.minor,
        extra="",
    )
    return environment


@frozen
class Index:
    """The package index that pip is configured for, and the wheels that were downloaded from it."""

    cache: Cache
    _trouble: list[str] = field(factory=list, init=False)
    """Why the index cannot be reached, once that is known; it is not asked again."""

    def wheels(
        self, names: Sequence[str], lock: Lock, interpreter: Interpreter
    ) -> tuple[Wheel, ...]:
        """The wheels of *names* and of all that they require, as *lock* has them, sorted.

        Raise PackageUnavailable if one is not to be had for *interpreter*, and CorpusError if the
        lock lacks one or the index has another file than the lock.
        """
        environment = marker_environment(interpreter)
        wanted = [Requirement(name) for name in names]
        seen: set[tuple[str, str]] = set()
        found: dict[str, Wheel] = {}
        while wanted:
            fresh = {one.name: lock.pin(one.name, environment) for one in wanted}
            found |= self._have(fresh.values(), lock, interpreter)
            asked = [
                (canonicalize_name(one.name), extra)
                for one in wanted
                for extra in ("", *one.extras)
            ]
            wanted = []
            for name, extra in asked:
                if (name, extra) not in seen:
                    seen.add((name, extra))
                    wanted += _required(found[name], {**environment, "extra": extra})
        return tuple(found[name] for name in sorted(found))

    def _have(
        self, wanted: Iterable[Pin], lock: Lock, interpreter: Interpreter
    ) -> dict[str, Wheel]:
        """The wheels of *pins* by name, downloaded where they are missing."""
        pins = {pin.name: pin for pin in wanted}
        keys = {name: _key(pin, interpreter) for name, pin in pins.items()}
        folder = self.cache.folder / "wheels"
        if not all((folder / key).is_dir() for key in keys.values()):
            with self.cache.lock("index", interpreter.minor):
                missing = [pins[name] for name, key in keys.items() if not (folder / key).is_dir()]
                if missing:
                    self._download(missing, keys, lock, interpreter)
        return {name: Wheel.load(folder / key) for name, key in keys.items()}

    def _download(
        self,
        pins: Sequence[Pin],
        keys: Mapping[NormalizedName, str],
        lock: Lock,
        interpreter: Interpreter,
    ) -> None:
        """Let pip download the wheels of *pins* into the cache."""
        if self._trouble:
            raise PackageUnavailable(self._trouble[0])
        with tempfile.TemporaryDirectory(prefix=".draft-", dir=self.cache.folder) as name:
            draft = Path(name)
            listed = draft / "requirements.txt"
            listed.write_text("\n".join(pin.spelled() for pin in pins) + "\n")
            try:
                ended = subprocess.run(
                    [*pip_download(interpreter), "--dest", str(draft), "-r", str(listed)],
                    cwd=draft, capture_output=True, text=True, timeout=PATIENCE, check=False,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                raise PackageUnavailable(f"pip has not done in {PATIENCE:g} s") from None
            if ended.returncode != 0:
                self._complain(ended.stdout + ended.stderr, lock)
            files = {parse_wheel_filename(file.name)[0]: file for file in draft.glob("*.whl")}
            for pin in pins:
                self.cache.tree("wheels", keys[pin.name], _storing(files[pin.name]))

    def adopt(self, files: Iterable[Path], interpreter: Interpreter) -> list[str]:
        """Keep the wheels *files*, which were downloaded for *interpreter*; they are moved.

        Returns the entries of a lock that pins them, for this interpreter alone.
        """
        entries = []
        for file in files:
            name, version, _, _ = parse_wheel_filename(file.name)
            requirement = Requirement(f"{name}=={version}")
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            pin = Pin(requirement, (f"--hash=sha256:{content}",), 0)
            self.cache.tree("wheels", _key(pin, interpreter), _storing(file))
            marker = f"python_full_version == '{interpreter.version}'"
            entries.append(f"{requirement} ; {marker} \\\n    {pin.hashes[0]}\n")
        return entries

    def _complain(self, said: str, lock: Lock) -> None:
        """Raise what pip's words come down to."""
        if "DO NOT MATCH THE HASHES" in said:
            name = re.search(r"^ +(\S+==\S+) from ", said, re.MULTILINE)
            message = f"the index has another file of {name[1] if name else 'a distribution'}"
            raise CorpusError(message, hint="it is not what was locked", path=lock.path)
        errors = re.findall(r"^ERROR: (?!No matching)(.*)", said, re.MULTILINE)
        reason = errors[0] if errors else (said.strip().splitlines() or ["no word"])[-1]
        if unknown := re.search(r"requirement (\S+) \(from versions: none\)", reason):
            reason = f"no package index at hand has {unknown[1]}"
        if NO_NETWORK.search(said):
            reason = "no package index can be reached"
            self._trouble.append(reason)
        raise PackageUnavailable(reason, hint="pip says so")


def _key(pin: Pin, interpreter: Interpreter) -> str:
    """The name of the folder in which the wheel of *pin* for *interpreter* is kept."""
    return digest("index", interpreter.minor, interpreter.abiflags, pin.spelled())


def pip_download(interpreter: Interpreter) -> list[str]:
    """The command by which the host's pip downloads wheels for *interpreter*, and nothing else."""
    python = f"cp{interpreter.minor.replace('.', '')}"
    abis = [f"{python}{interpreter.abiflags}", "none"]
    abis += [] if interpreter.free_threaded else ["abi3"]
    return [
        sys.executable, "-I", "-m", "pip", "download", "--quiet", "--no-input",
        "--disable-pip-version-check", "--retries=1", "--no-deps", "--only-binary=:all:",
        "--require-hashes", "--implementation=cp", f"--python-version={interpreter.version}",
        *(f"--abi={abi}" for abi in abis),
        *(f"--platform={platform}" for platform in platform_tags()),
    ]  # fmt: skip


def _required(wheel: Wheel, environment: Mapping[str, str]) -> list[Requirement]:
    """What *wheel* requires in *environment*."""
    requirements = [Requirement(text) for text in wheel.requires]
    return [one for one in requirements if one.marker is None or one.marker.evaluate(environment)]


def _storing(file: Path) -> Callable[[Path], None]:
    """What moves the wheel *file* into a folder, with what there is to know of it."""

    def move(folder: Path) -> None:
        with zipfile.ZipFile(file) as archive:
            (member,) = filter(_METADATA.fullmatch, archive.namelist())
            metadata, _ = parse_email(archive.read(member))
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        requires = tuple(metadata.get("requires_dist", ()))
        path = Path(shutil.move(file, folder / file.name))
        Wheel(path, metadata["name"], metadata["version"], requires, content).save()

    return move
