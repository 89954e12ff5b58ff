"""Where interpreters may be, and what they say when they are asked.

A *candidate* is a program that looks like a CPython, found by reading folders alone. A
*record* is what one answered to `_interpreter_probe.py`, kept on disk until its
executable, its libpython, its standard library's folder or the probe changes. So a cold
start costs one process per interpreter, a warm one none.

python-discovery finds the interpreter behind a virtual environment. It is not asked to
list interpreters: it starts one process per *name* on PATH, leaves out pyenv's versions,
and leaves out broken interpreters without a word.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast, get_origin, get_type_hints

import attrs

from envparity.errors import InterpreterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: Seconds an interpreter may take to answer.
TIME_LIMIT = 10.0

_PROBE = Path(__file__).with_name("_interpreter_probe.py")
_PROGRAM = re.compile(r"python(?:[23](?:\.\d+)?[dmtu]*)?")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_ANSWER_LIMIT = 1 << 20
# Nothing of the user's environment: a PYTHONHOME or a LD_LIBRARY_PATH would describe the
# shell, not the interpreter.
_ENVIRONMENT = {"PATH": os.defpath, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}


class Facts(TypedDict):
    """What an interpreter says about itself; `_interpreter_probe.py` documents the keys."""

    executable: str
    version: str
    implementation: str
    prefix: str
    base_prefix: str
    libpython: str | None
    debian_layout: bool
    free_threaded: bool
    abiflags: str
    paths: dict[str, str]
    site_packages: list[str]
    config_vars: dict[str, str]
    has_ensurepip: bool
    has_venv: bool


@attrs.frozen
class Candidate:
    """A program that may be an interpreter.

    *executable* has no symlink left in it, so that a virtual environment made of symlinks
    is its base already. *found_in* names the places that led to it, and *program* is what
    was found there, likewise without symlinks: for a virtual environment not the same.
    """

    executable: Path
    found_in: tuple[str, ...]
    program: Path


@attrs.frozen
class _Place:
    """A folder of programs; *searched* if it holds other people's programs, shims too."""

    name: str
    folder: Path
    searched: bool


def candidates(
    extra: Sequence[Path] = (), *, environ: Mapping[str, str], root: Path = Path("/")
) -> tuple[list[Candidate], list[InterpreterError]]:
    """Return the programs that look like interpreters, and what is wrong with *extra*.

    *extra* are executables, or prefixes. *environ* says where pyenv, uv and the user's
    programs are; *root* is the file system's root. Starts no process.
    """
    problems: list[InterpreterError] = []
    found: dict[tuple[str, int], Candidate] = {}

    def add(program: Path, place: str) -> None:
        real = program.resolve()
        # By inode, since python3.6 and python3.6m are hard links; and by folder, since
        # the same inode in another prefix is another interpreter.
        key = (str(real.parent), real.stat().st_ino)
        known = found.get(key)
        if known is None:
            found[key] = Candidate(real, (place,), program=real)
        elif place not in known.found_in:
            found[key] = attrs.evolve(known, found_in=(*known.found_in, place))

    for place in _places(environ, root):
        for program in _programs(place.folder):
            if not (place.searched and _is_script(program)):
                add(program, place.name)
    for path in extra:
        programs = programs_at(path)
        for program in programs:
            add(program, "given")
        if not programs:
            wrong = "cannot be executed" if os.access(path, os.F_OK) else "does not exist"
            wrong = "holds no interpreter" if path.is_dir() else wrong
            problems.append(InterpreterError(wrong, path=path))
    return list(found.values()), problems


def programs_at(path: Path) -> list[Path]:
    """Return the programs that *path* may mean: itself, or those in a prefix or its bin."""
    if os.access(path, os.X_OK) and path.is_dir():
        return _programs(path / "bin") or _programs(path)
    return [path] if _is_program(path) else []


def _places(environ: Mapping[str, str], root: Path) -> Iterator[_Place]:
    home = Path(environ.get("HOME") or root / "nonexistent")
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local/share")
    uv = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    for name, pattern, folder in (
        ("pyenv", "versions/*/bin", pyenv),
        ("uv", "*/bin", uv),
        ("/opt/python", "*/bin", root / "opt/python"),
    ):
        # glob() raises where the folder itself may not be looked at.
        for installed in sorted(folder.glob(pattern)) if os.access(folder, os.R_OK) else ():
            if not installed.parent.name.startswith("."):  # uv's drafts
                yield _Place(name, installed, searched=False)
    for entry in environ.get("PATH", "").split(os.pathsep):
        # A relative entry is a different folder for every working directory.
        if entry.startswith("/"):
            yield _Place("PATH", Path(entry), searched=True)
    for system in ("usr/bin", "usr/local/bin"):
        yield _Place(f"/{system}", root / system, searched=True)
    for profile in (home / ".nix-profile", root / "nix/var/nix/profiles/default"):
        yield _Place("Nix", profile / "bin", searched=True)


def _programs(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if _PROGRAM.fullmatch(entry.name))
    except OSError:
        return []
    return [folder / name for name in names if _is_program(folder / name)]


def _is_program(path: Path) -> bool:
    # In this order, since is_file() raises where a folder may not be entered.
    return os.access(path, os.X_OK) and path.is_file()


def _is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:  # an executable that may be run and not read
        return False


def stamp(path: Path) -> tuple[str, int, int]:
    """Return path, size in bytes and modification time in ns: what changes when a file does."""
    status = path.stat()
    return (str(path), status.st_size, status.st_mtime_ns)


def interrogate(
    found: Sequence[Candidate], *, cache_dir: Path, time_limit: float = TIME_LIMIT
) -> tuple[list[tuple[Candidate, Facts]], list[InterpreterError]]:
    """Ask every candidate what it is; a virtual environment stands for its base.

    Answers are kept in *cache_dir*. A candidate that does not answer within *time_limit*
    seconds, or not as the probe does, becomes a problem. Two candidates may turn out to be
    one interpreter.
    """
    answered: list[tuple[Candidate, Facts]] = []
    problems: list[InterpreterError] = []
    bases: list[Candidate] = []
    for candidate, facts in _answers(found, cache_dir, time_limit):
        if isinstance(facts, InterpreterError):
            problems.append(facts)
        elif facts["prefix"] == facts["base_prefix"]:
            answered.append((candidate, facts))
        elif (base := _base(candidate.executable, facts, cache_dir, time_limit)) is not None:
            bases.append(attrs.evolve(candidate, executable=base))
        else:
            message = "the interpreter behind this virtual environment was not found"
            problems.append(InterpreterError(message, path=candidate.executable))
    for candidate, facts in _answers(bases, cache_dir, time_limit):
        if isinstance(facts, InterpreterError):
            problems.append(facts)
        else:
            answered.append((candidate, facts))
    return answered, problems


def _answers(
    found: Sequence[Candidate], cache_dir: Path, time_limit: float
) -> list[tuple[Candidate, Facts | InterpreterError]]:
    records = _Records(cache_dir / "interpreters")

    def ask_and_keep(executable: Path) -> Facts | InterpreterError:
        try:
            facts = ask(executable, time_limit=time_limit)
        except InterpreterError as error:
            return error
        records.write(executable, facts)
        return facts

    known: dict[Path, Facts | InterpreterError] = {}
    unknown: list[Path] = []
    for executable in dict.fromkeys(candidate.executable for candidate in found):
        if (record := records.read(executable)) is None:
            unknown.append(executable)
        else:
            known[executable] = record
    if unknown:
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - not when warm

        # More threads than cores: those that hang only wait.
        with ThreadPoolExecutor(max(8, os.cpu_count() or 1)) as pool:
            known.update(zip(unknown, pool.map(ask_and_keep, unknown), strict=True))
    return [(candidate, known[candidate.executable]) for candidate in found]


def ask(executable: Path, *, time_limit: float = TIME_LIMIT) -> Facts:
    """Start *executable* on the probe and return its answer.

    Raises InterpreterError if it cannot be started, fails, takes longer than *time_limit*
    seconds or prints something else.
    """
    # -B, since -E makes Python ignore PYTHONDONTWRITEBYTECODE.
    command = [str(executable), "-E", "-s", "-B", str(_PROBE)]
    try:
        status, output, errors = _run(command, time_limit)
    except TimeoutError as error:
        message = f"did not answer within {time_limit:g} seconds"
        raise InterpreterError(message, path=executable) from error
    except OSError as error:
        message = f"cannot be started: {error.strerror}"
        raise InterpreterError(message, path=executable) from error
    if status != 0:
        last = errors.decode(errors="replace").strip().rpartition("\n")[2]
        how = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
        raise InterpreterError(f"{how}{': ' if last else ''}{last[:200]}", path=executable)
    try:
        # A sitecustomize may have printed something before.
        return _facts(json.loads(output.strip().rpartition(b"\n")[2]))
    except ValueError as error:
        message = "does not answer as a Python interpreter does"
        raise InterpreterError(message, path=executable) from error


def _run(command: Sequence[str], time_limit: float) -> tuple[int, bytes, bytes]:
    """Run *command*; raise TimeoutError if it takes longer, or prints without end."""
    deadline = time.monotonic() + time_limit
    with (
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_ENVIRONMENT,
            start_new_session=True,
        ) as process,
        selectors.DefaultSelector() as selector,
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        read = {process.stdout.fileno(): b"", process.stderr.fileno(): b""}
        for descriptor in read:
            selector.register(descriptor, selectors.EVENT_READ)
        try:
            while selector.get_map():
                for key, _ in selector.select(deadline - time.monotonic()):
                    chunk = os.read(key.fd, 1 << 16)
                    # What is too long is not read on, so that its writer waits.
                    if not chunk or len(read[key.fd]) > _ANSWER_LIMIT:
                        selector.unregister(key.fd)
                    read[key.fd] += chunk
                if time.monotonic() > deadline:
                    raise TimeoutError
            status = process.wait(max(0.0, deadline - time.monotonic()))
        except (TimeoutError, subprocess.TimeoutExpired) as error:
            # The whole session: a shell's child would keep the pipes open.
            os.killpg(process.pid, signal.SIGKILL)
            raise TimeoutError from error
        output, errors = read.values()
        return status, output, errors


def _facts(answer: object) -> Facts:
    """Return *answer* if it is what the probe prints; raise ValueError if not."""
    if not isinstance(answer, dict) or answer.get("protocol") != 1:
        raise ValueError("not the probe's answer")
    for key, hint in get_type_hints(Facts).items():
        kind = origin if (origin := get_origin(hint)) in (dict, list) else hint
        if key not in answer or not isinstance(answer[key], kind):
            raise ValueError(f"{key} is missing or of the wrong type")
    texts = [*answer["paths"].values(), *answer["site_packages"], *answer["config_vars"].values()]
    if not all(isinstance(text, str) for text in texts) or "stdlib" not in answer["paths"]:
        raise ValueError("paths and variables are texts")
    if not (_VERSION.match(answer["version"]) and answer["executable"]):
        raise ValueError("no version, or no executable")
    return cast("Facts", answer)


def _base(executable: Path, facts: Facts, cache_dir: Path, time_limit: float) -> Path | None:
    """Return the real executable behind a virtual environment made of copies."""
    if facts["version"].startswith("2."):  # which python-discovery cannot ask
        name = "python" + ".".join(facts["version"].split(".")[:2])
        base = Path(facts["base_prefix"], "bin", name)
        return base.resolve() if _is_program(base) else None

    from python_discovery import DiskCache, get_interpreter  # noqa: PLC0415 - 30 ms, and rare

    cache = DiskCache(cache_dir / "python-discovery")
    environ = {**_ENVIRONMENT, "PY_DISCOVERY_TIMEOUT": f"{time_limit:g}"}
    try:
        info = get_interpreter(str(executable), cache=cache, env=environ)
    except RuntimeError:
        return None
    if info is None or info.system_executable is None:
        return None
    base = Path(info.system_executable).resolve()
    return None if base == executable else base


@attrs.frozen
class _Records:
    """Answers on disk, one file per executable; whatever is wrong with one, it is not there."""

    folder: Path

    def read(self, executable: Path) -> Facts | None:
        """Return what *executable* answered if nothing it depends on has changed since."""
        try:
            entry = json.loads(self._file(executable).read_bytes())
            stamps = entry["stamps"]
            if entry["probe"] != _probe_digest() or stamps[0][0] != str(executable):
                return None
            if any(list(stamp(Path(path))) != [path, *rest] for path, *rest in stamps):
                return None
            return _facts(entry["facts"])
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def write(self, executable: Path, facts: Facts) -> None:
        """Keep *facts*; a cache that cannot be written costs time, not the result."""
        # The standard library's folder, since ensurepip may be packaged apart (Debian).
        depends: list[str | Path | None] = [
            executable,
            facts["executable"],
            facts["libpython"],
            facts["paths"]["stdlib"],
        ]
        from envparity.cache import write_atomically  # noqa: PLC0415 - not when warm

        with suppress(OSError):
            stamps = [stamp(Path(path)) for path in depends if path is not None]
            entry = {"probe": _probe_digest(), "stamps": stamps, "facts": facts}
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file(executable), json.dumps(entry))

    def _file(self, executable: Path) -> Path:
        name = hashlib.sha256(os.fsencode(executable)).hexdigest()
        return self.folder / f"{name}.json"


@functools.cache
def _probe_digest() -> str:
    return hashlib.sha256(_PROBE.read_bytes()).hexdigest()
