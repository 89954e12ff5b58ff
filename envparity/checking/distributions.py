"""Checks of the installed distributions: what their metadata promises is there."""

from __future__ import annotations

import base64
import configparser
import csv
import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from email.parser import HeaderParser
from functools import lru_cache
from pathlib import Path

from attrs import evolve, frozen
from packaging.markers import UndefinedEnvironmentName, default_environment
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from envparity.checking.finding import Remark, check, defect, note
from envparity.checking.installation import Installation

#: Bytes that are compared by digest, so that a page takes seconds; of the rest it is the size.
DIGESTED = 64 << 20


@frozen
class Distribution:
    """A folder or file of metadata."""

    path: Path
    name: str
    version: str
    requires: tuple[str, ...]
    is_managed: bool = False
    """Whether a distribution of Linux has put it there; its RECORD is that of a build."""

    @property
    def site(self) -> Path:
        """The folder of packages that it lies in."""
        return self.path.parent

    def rows(self) -> Iterator[tuple[str, str, int | None]]:
        """The files of its RECORD: where, "algorithm=digest" or "", size in bytes or None."""
        record = self.path / "RECORD"
        if not record.is_file():
            return
        with record.open(encoding="utf-8", errors="replace", newline="") as rows:
            for name, digest, size, *_ in (row for row in csv.reader(rows) if len(row) > 2):
                place = f"{self.site}/{name}"
                if "./" in name:
                    place = os.path.normpath(place)
                yield place, digest, int(size) if size.isdigit() else None

    def programs(self) -> list[str]:
        """The names of its console and window programs, but for those of its extras."""
        file = self.path / "entry_points.txt"
        if not file.is_file():
            return []
        parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        try:
            parser.read_string(file.read_text(encoding="utf-8", errors="replace"))
        except configparser.Error:
            return []
        return [
            name
            for group in ("console_scripts", "gui_scripts")
            if parser.has_section(group)
            for name, target in parser.items(group)
            if "[" not in target
        ]


def distributions(one: Installation) -> list[Distribution]:
    """What is installed in the prefix, folder by folder."""
    managed = {path.rpartition("/")[0] for path in one.known_to_dpkg} | set(one.known_to_dpkg)
    return [
        evolve(found, is_managed=str(path) in managed)
        for site in one.own_sites
        for path in sorted(site.iterdir())
        if path.suffix in {".dist-info", ".egg-info"} and not path.name.startswith("~")
        if (found := _read(path)) is not None
    ]


def _read(path: Path) -> Distribution | None:
    """The distribution whose metadata is at *path*; None if there is none to be read."""
    candidates = (path / "METADATA", path / "PKG-INFO", path)
    file = next((one for one in candidates if one.is_file()), None)
    return None if file is None else _parsed(path, file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4096)
def _parsed(path: Path, file: Path, _stamp: int) -> Distribution | None:
    """The distribution at *path* whose headers are in *file*; several checks ask for it."""
    headers = HeaderParser().parsestr(file.read_text(encoding="utf-8", errors="replace"))
    if not headers["Name"]:
        return None
    requires = tuple(headers.get_all("Requires-Dist", ()))
    return Distribution(path, headers["Name"], headers["Version"] or "", requires)


@check("python/importlib_metadata#457", "NixOS/nixpkgs#19327", "NixOS/nixpkgs#11261")
def installed_once(one: Installation) -> Iterator[Remark]:
    """Each distribution is installed once."""
    by_name: dict[str, list[Distribution]] = defaultdict(list)
    for found in distributions(one):
        by_name[canonicalize_name(found.name)].append(found)
    for name, several in sorted(by_name.items()):
        if len(several) == 1:
            continue
        versions = ", ".join(dict.fromkeys(found.version for found in several))
        paths = [found.path for found in several]
        if len({found.site for found in several}) < len(several):
            words = f"{name} is installed {len(several)} times in one folder: {versions}"
            same = len({found.version for found in several}) == 1
            yield note(words, paths) if same else defect(words, paths)
        else:
            yield note(f"{name} is installed twice, and the first is imported: {versions}", paths)


@check("pypa/pip#10452", "pypa/pip#11857")
def whole_metadata(one: Installation) -> Iterator[Remark]:
    """Each folder of metadata has some, and none is left over from an interrupted pip."""
    for site in one.own_sites:
        entries = sorted(site.iterdir())
        leftovers = [path for path in entries if path.name.startswith("~")]
        if leftovers:
            yield note("left over from a pip that was interrupted", leftovers)
        broken = [
            path
            for path in entries
            if path.suffix == ".dist-info" and path.name[0] != "~" and _read(path) is None
        ]
        if broken:
            yield defect("metadata without METADATA, or without a name in it", broken)


@check("PEP 376", "pypa/pip#10744")
def recorded_files(one: Installation) -> Iterator[Remark]:
    """Each file that a RECORD lists is there."""
    for found in distributions(one):
        if found.is_managed:
            continue  # dpkg knows better: see unchanged_files
        missing = [
            place
            for place, _, _ in found.rows()
            # Python makes bytecode when it wants some, and virtualenv lists the folders of it.
            if not place.endswith((".pyc", "/__pycache__")) and not _is_there(one, place)
        ]
        if missing:
            count = len(missing)
            yield defect(f"{count} files of {found.name} {found.version} are missing", missing)


@check("PEP 376", "pypa/pip#10744", "aspect-build/rules_py#1354")
def recorded_digests(one: Installation) -> Iterator[Remark]:
    """Each file is what its RECORD says."""
    budget, undigested = DIGESTED, 0
    for found in distributions(one):
        if found.is_managed:
            continue
        changed = []
        for place, digest, size in found.rows():
            actual = _size(one, place)
            if actual is None:
                continue
            differs = size is not None and size != actual
            algorithm, _, expected = digest.partition("=")
            if not differs and algorithm in {"sha256", "sha384", "sha512"}:
                if actual > budget:
                    undigested += 1
                    continue
                budget -= actual
                data = hashlib.new(algorithm, Path(place).read_bytes()).digest()
                differs = base64.urlsafe_b64encode(data).decode().rstrip("=") != expected
            if differs:
                changed.append(place)
        if changed:
            words = f"of {found.name} {found.version} have changed since they were installed"
            yield defect(f"{len(changed)} files {words}", changed)
    if undigested:
        words = (
            f"{DIGESTED >> 20} MiB were compared by digest, and {undigested} files by size alone"
        )
        yield note(words)


def _is_there(one: Installation, place: str) -> bool:
    entry = one.files.get(place)
    return os.path.exists(place) if entry is None else not entry.dangles


def _size(one: Installation, place: str) -> int | None:
    """The size of a file in bytes; None if there is none."""
    entry = one.files.get(place)
    if entry is not None and not entry.is_link:
        return entry.status.st_size
    return os.path.getsize(place) if os.path.exists(place) else None


@check("conda/conda#9558", "conda/conda#6983")
def programs_are_there(one: Installation) -> Iterator[Remark]:
    """Each program that metadata promises is in `bin`."""
    names = {path.name for path in one.programs}
    absent: dict[bool, list[str]] = defaultdict(list)
    for found in distributions(one):
        for name in found.programs():
            # pip makes up the versioned names of its own programs and of setuptools', whatever
            # Python their wheels were made with (pip/_internal/operations/install/wheel.py).
            if name not in names and not re.fullmatch(r"(pip|easy_install)-?\d(\.\d+)?", name):
                absent[found.is_managed].append(f"{name} of {found.name}")
    if absent[False]:
        yield defect("programs that metadata promises are missing", absent[False])
    if absent[True]:
        yield note(
            "a distribution of Linux has left programs out that metadata names", absent[True]
        )


@check("NixOS/nixpkgs#248978", "PEP 508", "https://pip.pypa.io/en/stable/cli/pip_check/")
def requirements_met(one: Installation) -> Iterator[Remark]:
    """What a distribution requires is installed, in a version that it can do with."""
    installed: dict[str, str] = {}
    places = [*distributions(one)]
    if one.is_venv:
        places += [
            found
            for site in one.sites
            if not one.owns(site)
            for path in sorted(site.iterdir())
            if path.suffix in {".dist-info", ".egg-info"} and (found := _read(path))
        ]
    for found in places:
        installed.setdefault(canonicalize_name(found.name), found.version)
    environment = _marker_environment(one)
    for found in distributions(one):
        unmet = []
        for text in found.requires:
            try:
                wanted = Requirement(text)
                applies = wanted.marker is None or wanted.marker.evaluate(environment)
            except (InvalidRequirement, UndefinedEnvironmentName):
                continue
            version = installed.get(canonicalize_name(wanted.name))
            if applies and not _satisfies(version, wanted):
                unmet.append(f"{wanted.name}{wanted.specifier} (there is {version or 'none'})")
        if unmet:
            words = f"{found.name} {found.version} requires {', '.join(unmet)}"
            yield note(f"{words}; dpkg has put it there") if found.is_managed else defect(words)


def _satisfies(version: str | None, wanted: Requirement) -> bool:
    if version is None:
        return False
    try:
        return wanted.specifier.contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True  # nobody can tell


def _marker_environment(one: Installation) -> dict[str, str]:
    environment = {name: str(value) for name, value in default_environment().items()}
    environment |= {
        "implementation_version": one.version,
        "python_full_version": one.version,
        "python_version": one.minor,
        "extra": "",
    }
    return environment


@check("PEP 3149", "CPython Doc/library/importlib.rst")
def extension_modules(one: Installation) -> Iterator[Remark]:
    """Each compiled module is for this Python."""
    if one.release < (3, 2):
        return
    tag = one.facts["magic"][1]
    strangers = []
    have: set[str] = set()
    for entry in one.tree:
        folder, name = os.path.split(entry.path)
        stem, dot, rest = name.partition(".")
        if not dot or not name.endswith(".so") or name.startswith("lib"):
            continue
        if any(f".{rest}" == suffix for suffix in one.facts["suffixes"]):
            have.add(f"{folder}/{stem}")
        elif rest.startswith("cpython-") and not rest.startswith(f"{tag}-"):
            strangers.append((f"{folder}/{stem}", entry.path))
    alone = [path for module, path in strangers if module not in have]
    if alone:
        yield note("compiled for another Python, and not to be imported by this one", alone)


CHECKS = (
    installed_once, whole_metadata, recorded_files, recorded_digests, programs_are_there,
    requirements_met, extension_modules,
)  # fmt: skip
