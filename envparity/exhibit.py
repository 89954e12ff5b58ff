"""Exhibits: what is kept of a cell that is not at parity, so that a report can be argued about.

The differences say where two sides part. An exhibit has both sides whole, before anything was
re-rooted, and what the environment looked like: by the time that a report is read it is gone.
Everything in it is bounded, so that a builder that prints for ever makes no endless report.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from envparity.environment import Environment
from envparity.sandbox import Bind, Overlay
from envparity.step import StepOutcome

#: Characters of one output or file that are kept: the beginning, and the end.
HEAD, TAIL = 2_500, 1_500
#: Files of one step that are kept.
FILES = 8
#: Entries of the environment that are listed.
ENTRIES = 120
#: Those of one folder; of the folders of programs and of packages, all are.
CROWD = 12
#: Programs of the environment whose shebangs are kept.
PROGRAMS = 40
#: Bytes of a program's head in which the kernel looks for a shebang (BINPRM_BUF_SIZE).
SHEBANG = 256


@frozen
class Exhibit:
    """Both sides of a cell, and the environment."""

    vanilla: tuple[StepOutcome, ...] = ()
    environment: tuple[StepOutcome, ...] = ()
    prefix: str = ""
    """Where the environment was; empty when there was none."""
    tree: tuple[str, ...] = ()
    """One line per entry as `ls -l` would have it: mode, path, and the target of a link."""
    is_cut: bool = False
    """Whether the environment has more than is listed."""
    shebangs: Mapping[str, str] = field(factory=dict)
    """The first line of each program that is a script, by its path in the environment."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back."""
        return {
            "vanilla": [one.to_json() for one in self.vanilla],
            "environment": [one.to_json() for one in self.environment],
            "prefix": self.prefix,
            "tree": list(self.tree),
            "is_cut": self.is_cut,
            "shebangs": dict(self.shebangs),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Exhibit:
        """The exhibit that `to_json` wrote; KeyError or TypeError for what it never writes."""
        prefix, shebangs, tree = data["prefix"], dict(data["shebangs"]), tuple(data["tree"])
        for one in (prefix, *tree, *shebangs, *shebangs.values()):
            if not isinstance(one, str):
                raise TypeError("the evidence has something that is no string")
        return cls(
            vanilla=tuple(map(_outcome, data["vanilla"])),
            environment=tuple(map(_outcome, data["environment"])),
            prefix=prefix,
            tree=tree,
            is_cut=bool(data["is_cut"]),
            shebangs=shebangs,
        )


def _outcome(data: Mapping[str, Any]) -> StepOutcome:
    """The outcome of one step, checked: reports come from anywhere."""
    files = dict(data["files"])
    for one in (data["stdout"], data["stderr"], *files, *files.values()):
        if not isinstance(one, str):
            raise TypeError("the evidence has an output that is no string")
    if not isinstance(data["exit"], int):
        raise TypeError("the evidence has an exit status that is no number")
    return StepOutcome.from_json(data)


@frozen
class Scene:
    """What a cell has come to while it is judged; an exhibit is made of it when it fails."""

    vanilla: list[StepOutcome] = field(factory=list)
    theirs: list[StepOutcome] = field(factory=list)
    environments: list[Environment] = field(factory=list)
    """The builder's environment, once there is one."""

    def exhibit(self) -> Exhibit | None:
        """What there is to be kept; None where nothing was made and nothing ran."""
        if not (self.vanilla or self.environments):
            return None
        kept = Exhibit(tuple(map(_bounded, self.vanilla)), tuple(map(_bounded, self.theirs)))
        for environment in self.environments:
            root = on_host(environment)
            if root is None:
                continue
            scripts, site = (
                _relative(path, environment.prefix)
                for path in (environment.scripts, environment.site)
            )
            entries, is_cut = _tree(root, (scripts, site))
            kept = evolve(
                kept,
                prefix=str(environment.prefix),
                tree=entries,
                is_cut=is_cut,
                shebangs=_shebangs(root, scripts),
            )
        return kept


def on_host(environment: Environment) -> Path | None:
    """The folder on this machine that cells see as the prefix of *environment*, if there is one.

    Where it is an overlay, that is the uppermost layer.
    """
    place = environment.prefix
    for path, target in environment.links:
        if place.is_relative_to(path):
            place = target / place.relative_to(path)
    for mount in environment.mounts:
        if isinstance(mount, Overlay) and mount.target == place:
            return mount.lower[0]
    binds = [
        one
        for one in environment.mounts
        if isinstance(one, Bind) and place.is_relative_to(one.target)
    ]
    if binds:
        deepest = max(binds, key=lambda one: len(one.target.parts))
        place = deepest.source / place.relative_to(deepest.target)
    return place if place.is_dir() else None


def _relative(path: Path, prefix: Path) -> Path:
    return path.relative_to(prefix) if path.is_relative_to(prefix) else Path("bin")


def _bounded(outcome: StepOutcome) -> StepOutcome:
    """*outcome* without what is in the middle of long texts."""
    return evolve(
        outcome,
        stdout=bounded(outcome.stdout),
        stderr=bounded(outcome.stderr),
        files={name: bounded(text) for name, text in sorted(outcome.files.items())[:FILES]},
    )


def bounded(text: str, head: int = HEAD, tail: int = TAIL) -> str:
    """*text*, or its beginning and its end and how much was between them."""
    missing = len(text) - head - tail
    if missing <= 0:
        return text
    return f"{text[:head]}\n[… {missing} characters are left out …]\n{text[len(text) - tail :]}"


def _tree(root: Path, whole: Sequence[Path]) -> tuple[tuple[str, ...], bool]:
    """The entries of *root*, nearest first until there are enough, and whether some are left out.

    Of a folder that is not below one of *whole* only some are listed: the standard library's.
    """
    lines: list[tuple[str, str]] = []
    folders, is_cut = deque([root]), False
    while folders:
        folder = folders.popleft()
        listed = 0
        for path, status, target in _entries(folder):
            name = path.relative_to(root)
            if len(lines) == ENTRIES:
                return tuple(line for _, line in sorted(lines)), True
            matters = any(name.is_relative_to(one) or one.is_relative_to(name) for one in whole)
            if not matters and listed == CROWD:
                is_cut = True
                continue
            listed += not matters
            if stat.S_ISDIR(status.st_mode) and path.name != "__pycache__":
                # What matters comes first.
                (folders.appendleft if matters else folders.append)(path)
            arrow = f" -> {target}" if target is not None else ""
            lines.append((str(name), f"{stat.filemode(status.st_mode)} {name}{arrow}"))
    return tuple(line for _, line in sorted(lines)), is_cut


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result, str | None]]:
    """Path, status and target of a link, by name. What cannot be read is left out."""
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        try:
            status = path.lstat()
            yield path, status, str(path.readlink()) if stat.S_ISLNK(status.st_mode) else None
        except OSError:
            continue


def _shebangs(root: Path, folder: Path) -> Mapping[str, str]:
    """The shebangs of the regular files in *folder*; a link's program is another's."""
    found: dict[str, str] = {}
    try:
        paths: Sequence[Path] = sorted((root / folder).iterdir())
    except OSError:
        return found
    for path in paths:
        if len(found) == PROGRAMS:
            break
        # Nothing but a plain file is opened: a pipe would wait for its writer.
        if path.is_symlink() or not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                head = file.read(SHEBANG)
        except OSError:
            continue
        if head.startswith(b"#!"):
            line = head.split(b"\n", 1)[0].decode("utf-8", "surrogateescape")
            found[str(folder / path.name)] = line
    return found
