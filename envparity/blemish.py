"""Blemishes: what makes an interpreter less than vanilla, before anybody is judged by it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from envparity.digests import CODE, files_of, recorded

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter

#: Names that site executes, or imports, at every start (CPython Doc/library/site.rst).
HOOKS = ("sitecustomize", "usercustomize")

#: Files that are named one by one; of more there is only the number.
NAMED = 3


class Treatment(enum.StrEnum):
    """What becomes of a blemish."""

    HIDDEN = "hidden"
    """Neither side of a cell sees it."""
    NAMED = "named"
    """Both sides see it, and the report says so."""
    KNOWN = "known"
    """As named, and a distributor's documented change."""


@frozen
class Blemish:
    """One thing that an interpreter has, or lacks, and CPython's own installation would not."""

    kind: str
    """"pth", "customize", "digest", "externally-managed", "ensurepip", "layout", …"""
    detail: str
    """One line for a person."""
    treatment: Treatment

    def to_json(self) -> dict[str, Any]:
        """Its form in a report's header and in the cache."""
        return {"kind": self.kind, "detail": self.detail, "treatment": str(self.treatment)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Blemish:
        """The blemish that `to_json` wrote."""
        return cls(data["kind"], data["detail"], Treatment(data["treatment"]))


def visible(interpreter: Interpreter) -> Iterator[Blemish]:
    """The blemishes that a look at *interpreter*'s folders shows; costs a few stat(2)."""
    yield from _hooks(interpreter)
    stdlib = Path(interpreter.paths["stdlib"])
    if interpreter.debian_layout:
        detail = "packages go to /usr/local and dist-packages"
        yield Blemish("layout", detail, Treatment.KNOWN)
    if (stdlib / "EXTERNALLY-MANAGED").exists():
        detail = "EXTERNALLY-MANAGED (PEP 668): its pip refuses to install into it"
        yield Blemish("externally-managed", detail, Treatment.KNOWN)
    if not interpreter.has_ensurepip:
        package = f", which Debian has in python{interpreter.minor}-venv"
        detail = f"no ensurepip{package if interpreter.debian_layout else ''}"
        treatment = Treatment.KNOWN if interpreter.debian_layout else Treatment.NAMED
        yield Blemish("ensurepip", detail, treatment)
    for folder in dict.fromkeys((interpreter.executable.parent, interpreter.prefix)):
        if (folder / "pyvenv.cfg").exists():
            detail = f"{folder / 'pyvenv.cfg'}, as in a virtual environment"
            yield Blemish("pyvenv.cfg", detail, Treatment.NAMED)
    archive = stdlib.with_name(f"python{interpreter.minor.replace('.', '')}.zip")
    if archive.exists():
        detail = f"{archive} comes before the standard library"
        yield Blemish("archive", detail, Treatment.NAMED)


def _hooks(interpreter: Interpreter) -> Iterator[Blemish]:
    """What runs at every start: in site-packages, where it is hidden, and beside site itself."""
    lines, customs = [], []
    for site in interpreter.site_packages:
        names = _names(site)
        lines += [name for name in names if name.endswith(".pth")]
        customs += [name for name in names if Path(name).stem in HOOKS]
    for kind, found in (("pth", lines), ("customize", customs)):
        if found:
            yield Blemish(kind, f"{listed(found)} in site-packages", Treatment.HIDDEN)
    stdlib = Path(interpreter.paths["stdlib"])
    for hook in HOOKS:
        path = stdlib / f"{hook}.py"
        if path.exists():
            real = path.resolve()
            known = interpreter.debian_layout and real.is_relative_to("/etc")
            treatment = Treatment.KNOWN if known else Treatment.NAMED
            yield Blemish("customize", f"runs {real} at every start", treatment)


def _names(folder: str) -> list[str]:
    try:
        return sorted(entry.name for entry in Path(folder).iterdir())
    except OSError:
        return []


def listed(names: Sequence[str], separator: str = ", ") -> str:
    """*names* in a line: a few, and how many more."""
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    return separator.join([*names[:NAMED], *more])


def against_digests(interpreter: Interpreter, *, root: Path = Path("/")) -> Iterator[Blemish]:
    """What differs from what a package manager wrote down; reads the whole standard library."""
    digests = recorded(interpreter, root=root)
    if digests is None:
        return
    stdlib = Path(interpreter.paths["stdlib"])

    def short(path: Path) -> str:
        return str(path.relative_to(stdlib) if path.is_relative_to(stdlib) else path)

    broken = [f"{short(path)} ({what})" for path, what in digests.broken()]
    if broken:
        detail = f"not as {digests.keeper} installed it: {listed(broken)}"
        yield Blemish("digest", detail, Treatment.NAMED)
    if digests.keeper == "RECORD":  # a wheel knows its own files, and not what else is there
        return
    known = {*digests.files, *(path.resolve() for path in digests.files)}
    strangers = [
        short(Path(entry.path))
        for entry in files_of(stdlib)
        if entry.name.endswith(CODE)
        and Path(entry.path) not in known
        and Path(entry.path).resolve() not in known
    ]
    if strangers:
        detail = f"in its standard library and not from {digests.keeper}: {listed(strangers)}"
        yield Blemish("digest", detail, Treatment.NAMED)


def told(blemishes: Mapping[str, Iterable[Blemish]]) -> str:
    """One line about all interpreters' blemishes that are not hidden; empty when there is none."""
    parts = []
    for label, found in blemishes.items():
        seen = [one for one in found if one.treatment is not Treatment.HIDDEN]
        seen.sort(key=lambda one: one.treatment is Treatment.KNOWN)
        if seen:
            parts.append(f"{label} ({listed([one.detail for one in seen], '; ')})")
    return ", ".join(parts)
