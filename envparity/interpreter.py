"""The interpreters under test: what is known of one, finding them, choosing among them."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
from packaging.version import Version

from envparity import discovery
from envparity.errors import InterpreterError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_RELEASE = re.compile(r"\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?")
_RANGE = re.compile(r"(\d+\.\d+) *- *(\d+\.\d+)")
_SINGLE = re.compile(r"(\d+\.\d+(?:\.\d+(?:(?:a|b|rc)\d+)?\+?)?)(t?)")

# The programs that CPython's and Debian's own Makefiles install: kind, version, flags, suffix.
_OWN_PROGRAM = re.compile(
    r"((?:\w+-\w+-\w+-)?python|pydoc|idle(?:-python)?|2to3-?|pyvenv-?|smtpd)"
    r"(\d(?:\.\d+)?)?([dmtu]*)(-config|-gdb\.py|\.py)?"
)


@attrs.frozen
class Interpreter:
    """One CPython, as it described itself; hashable, so it can be a key."""

    #: The canonical spelling: the pythonX.Y in the prefix's bin.
    executable: Path
    #: As platform.python_version() has it: "3.12.1", "3.14.0rc1".
    version: str
    #: sys.implementation.name; "cpython" for all that are supported.
    implementation: str
    prefix: Path
    base_prefix: Path
    #: The libpythonX.Y.so that the executable itself has mapped; None if it is static.
    libpython: Path | None
    #: Whether sysconfig has Debian's schemes (deb_system, posix_local).
    debian_layout: bool
    #: Whether it was built without the GIL (PEP 703).
    free_threaded: bool
    #: sys.abiflags: "", "m" (up to 3.7, PEP 3149), "t" (PEP 703), "d".
    abiflags: str
    #: sysconfig.get_paths() of the default scheme: absolute paths by name.
    paths: Mapping[str, str] = attrs.field(eq=False, repr=False)
    #: site.getsitepackages().
    site_packages: tuple[str, ...] = attrs.field(repr=False)
    #: A few of sysconfig.get_config_vars(), as strings; unset ones are missing.
    config_vars: Mapping[str, str] = attrs.field(eq=False, repr=False)
    has_ensurepip: bool
    has_venv: bool
    #: Names in its bin that belong to the interpreter: python3.12, pydoc3, ...
    programs: tuple[str, ...] = attrs.field(repr=False)
    #: The places that led to it: "pyenv", "uv", "/opt/python", "PATH", "given", ...
    found_in: tuple[str, ...]
    #: Changes when path, size or mtime of executable or libpython do, or the version.
    fingerprint: str
    #: Tells it from another one that would have the same label; usually "".
    distinction: str = ""
    #: The programs that led to it without being it: virtual environments, wrappers.
    aliases: tuple[Path, ...] = attrs.field(default=(), repr=False)

    @property
    def label(self) -> str:
        """Return the short name for ids: "3.12.1", "3.11.2-debian", "3.13.0t"."""
        debian = "-debian" if self.debian_layout else ""
        distinction = f"-{self.distinction}" if self.distinction else ""
        return f"{self.version}{self.abiflags.replace('m', '')}{debian}{distinction}"

    @property
    def minor(self) -> str:
        """Return the feature release, "3.12"."""
        return _minor(self.version)

    @property
    def release(self) -> Version:
        """Return the version as one that sorts (PEP 440)."""
        match = _RELEASE.match(self.version)
        assert match is not None  # discover() has seen to it
        return Version(match[0])

    @property
    def build_kind(self) -> str:
        """Return how it was built, for people: "static libpython, Debian layout"."""
        kind = ["static libpython" if self.libpython is None else "shared libpython"]
        if self.debian_layout:
            kind.append("Debian layout")
        if self.free_threaded:
            kind.append("free-threaded")
        return ", ".join(kind)


def discover(
    extra: Sequence[Path] = (),
    *,
    cache_dir: Path,
    environ: Mapping[str, str] | None = None,
    root: Path = Path("/"),
) -> tuple[list[Interpreter], list[InterpreterError]]:
    """Return the CPythons of this machine, oldest first, and the ones that are broken.

    *extra* are executables or prefixes to look at besides pyenv's, uv's, /opt/python's,
    Nix's and those on PATH. What they answer is kept in *cache_dir*. *environ* (this
    process's by default) and *root* say where to look. Virtual environments are not
    interpreters, their bases are; implementations other than CPython are left out.
    """
    environ = os.environ if environ is None else environ
    candidates, problems = discovery.candidates(extra, environ=environ, root=root)
    answers, broken = discovery.interrogate(candidates, cache_dir=cache_dir)
    problems += broken
    found: dict[tuple[object, ...], Interpreter] = {}
    for candidate, facts in answers:
        if facts["implementation"] != "cpython":
            continue
        try:
            interpreter = _interpreter(candidate, facts)
        except OSError as error:  # it vanished meanwhile
            problems.append(InterpreterError(str(error.strerror), path=candidate.executable))
            continue
        key = (interpreter.prefix, interpreter.version, interpreter.abiflags, interpreter.libpython)
        if (known := found.get(key)) is not None:
            interpreter = attrs.evolve(
                known,
                found_in=tuple(dict.fromkeys((*known.found_in, *interpreter.found_in))),
                aliases=tuple(dict.fromkeys((*known.aliases, *interpreter.aliases))),
            )
        found[key] = interpreter
    # Stable, so that among equals the order of the places decides.
    ordered = sorted(
        found.values(),
        key=lambda one: (one.release, one.free_threaded, one.debian_layout, one.abiflags),
    )
    return _distinct(ordered), problems


def select(spec: str | None, found: Sequence[Interpreter]) -> list[Interpreter]:
    """Return the interpreters that *spec* asks for, each once, in the order it names them.

    None is the newest build of each minor version; "all" every one; "3.12" the newest
    build of it and "3.13t" the newest free-threaded one; "3.12.1" an exact version;
    "3.8-3.13" the newest build of each of these; "3.11.2-debian" a label; anything with a
    slash the path of an executable, a prefix, or a virtual environment's program. Commas
    join several. Ordinary builds are preferred to free-threaded ones, and those to
    Debian's of the same version.

    Raises UsageError, naming what was found, if any part of it selects nothing.
    """
    if not found:
        raise UsageError("no CPython interpreter was found", hint="name one by its path")
    if spec is None:
        return _newest_per_minor(found)
    chosen: dict[Path, Interpreter] = {}
    for item in spec.split(","):
        for interpreter in _matching(item.strip(), found):
            chosen.setdefault(interpreter.executable, interpreter)
    return list(chosen.values())


def paths_named(spec: str | None) -> list[Path]:
    """Return the paths in a selection, for `discover` to look at besides its own places."""
    items = (item.strip() for item in (spec or "").split(","))
    return [Path(item).expanduser().absolute() for item in items if "/" in item]


def _matching(item: str, found: Sequence[Interpreter]) -> list[Interpreter]:
    if "/" in item:
        return _at_path(Path(item).expanduser(), found)
    if item == "all":
        return list(found)
    if labelled := [one for one in found if one.label == item]:
        return labelled
    if match := _RANGE.fullmatch(item):
        low, high = Version(match[1]), Version(match[2])
        if low > high:
            raise UsageError(f"the range {item!r} is upside down", hint=f"{match[2]}-{match[1]}")
        within = [one for one in _newest_per_minor(found) if low <= Version(one.minor) <= high]
        if within:
            return within
    elif match := _SINGLE.fullmatch(item):
        version, free_threaded = match[1], bool(match[2])
        same = [
            one
            for one in found
            if version in (one.minor, one.version) and one.free_threaded == free_threaded
        ]
        if same:
            return _newest_per_minor(same)
    names = [name for one in found for name in (one.label, one.minor)]
    near = difflib.get_close_matches(item, [*dict.fromkeys(names), "all"])
    nearest = f"nearest: {', '.join(near)}; " if near else ""
    raise UsageError(f"no interpreter matches {item!r}", hint=f"{nearest}{_listing(found)}")


def _at_path(path: Path, found: Sequence[Interpreter]) -> list[Interpreter]:
    if not os.access(path, os.F_OK):
        raise UsageError(f"no interpreter at {str(path)!r}", hint="there is no such file")
    meant = [program.resolve() for program in discovery.programs_at(path)]

    def is_meant(one: Interpreter) -> bool:
        executable = one.executable.resolve()
        return any(
            program in one.aliases
            # python3.6m is another name of python3.6, by a hard link.
            or (program.parent == executable.parent and program.samefile(executable))
            for program in meant
        )

    here = [one for one in found if is_meant(one)]
    if not here:
        raise UsageError(f"no usable CPython at {str(path)!r}", hint=_listing(found))
    return here


def _listing(found: Iterable[Interpreter]) -> str:
    return f"found: {', '.join(one.label for one in found)}"


def _newest_per_minor(found: Iterable[Interpreter]) -> list[Interpreter]:
    newest: dict[str, Interpreter] = {}
    for one in found:
        best = newest.setdefault(one.minor, one)
        if (not one.free_threaded, one.release) > (not best.free_threaded, best.release):
            newest[one.minor] = one
    return list(newest.values())


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


def _interpreter(candidate: discovery.Candidate, facts: discovery.Facts) -> Interpreter:
    executable = _canonical(facts)
    libpython = None if facts["libpython"] is None else Path(facts["libpython"])
    stamps = [discovery.stamp(path) for path in (executable, libpython) if path is not None]
    fingerprint = hashlib.sha256(repr((facts["version"], stamps)).encode()).hexdigest()[:32]
    return Interpreter(
        executable=executable,
        version=facts["version"],
        implementation=facts["implementation"],
        prefix=Path(facts["prefix"]),
        base_prefix=Path(facts["base_prefix"]),
        libpython=libpython,
        debian_layout=facts["debian_layout"],
        free_threaded=facts["free_threaded"],
        abiflags=facts["abiflags"],
        paths=facts["paths"],
        site_packages=tuple(facts["site_packages"]),
        config_vars=facts["config_vars"],
        has_ensurepip=facts["has_ensurepip"],
        has_venv=facts["has_venv"],
        programs=_programs(executable, facts["abiflags"], _minor(facts["version"])),
        found_in=candidate.found_in,
        fingerprint=fingerprint,
        aliases=() if candidate.program == executable.resolve() else (candidate.program,),
    )


def _canonical(facts: discovery.Facts) -> Path:
    """Return the pythonX.Y of the prefix, if that is the program that answered."""
    answered = Path(facts["executable"])
    name = f"python{_minor(facts['version'])}"
    # A free-threaded python3.13t may share its bin with an ordinary python3.13.
    for spelling in (name, name + facts["abiflags"]):
        program = Path(facts["prefix"], "bin", spelling)
        if program.exists() and program.samefile(answered):
            return program
    return answered


def _programs(executable: Path, abiflags: str, minor: str) -> tuple[str, ...]:
    """Return the names beside *executable* that were installed with it.

    A bin may be shared: by an ordinary and a free-threaded build, and in /usr/bin by every
    version there is, where plain names are links to one of them.
    """
    real_executable = executable.resolve()

    def belongs(program: Path) -> bool:
        real = program.resolve()
        match = _OWN_PROGRAM.fullmatch(real.name)
        if match is None or not real.is_file():
            return False
        if real.samefile(real_executable):
            return True
        kind, version, flags, suffix = match.groups(default="")
        # Up to 3.7 the flag m is in some names only; t never comes without saying so.
        if version == minor and flags == abiflags:
            return kind != "python" or bool(suffix or flags)
        if version == minor and (flags, abiflags) == ("", "m"):
            return True
        with real.open("rb") as file:
            head = file.readline(4096)
        program_named = os.fsdecode(head[2:].strip()) if head.startswith(b"#!") else ""
        return program_named != "" and Path(program_named).resolve() == real_executable

    folder = executable.parent
    with os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if _OWN_PROGRAM.fullmatch(entry.name))
    return tuple(name for name in names if belongs(folder / name))


def _distinct(found: Sequence[Interpreter]) -> list[Interpreter]:
    """Give all but the first of those with one label a distinction: where it was found."""
    taken: set[str] = set()
    distinct = []
    for one in found:
        place = re.sub(r"\W+", "-", one.found_in[0]).strip("-").lower()
        number = 1
        unlike = one
        while unlike.label in taken:
            distinction = place if number == 1 else f"{place}-{number}"
            unlike = attrs.evolve(one, distinction=distinction)
            number += 1
        taken.add(unlike.label)
        distinct.append(unlike)
    return distinct
