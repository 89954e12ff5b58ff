"""Bugs of real builders, each re-enacted as one small change to the reference.

A bug is a module here, named as on the command line with dashes for underscores. It has
`SUMMARY`, one line, `CAUGHT_BY`, a scenario that differs with it, and one or both of

`REPLACES`  a mapping of dotted names in `reference` to what stands there instead;
`tamper`    a function of the finished environment and the request, called after the build.

Its docstring says what was done, where it was reported, and who was hurt.
"""

from __future__ import annotations

import difflib
import hashlib
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class UnknownBug(Exception):
    """A name that no bug has; says which ones are near."""


@dataclass(frozen=True)
class Bug:
    """One deviation from the reference."""

    name: str
    summary: str
    caught_by: str
    replaces: Mapping[str, object]
    tamper: Callable[[Path, Mapping[str, Any]], None] | None
    source: Path

    def apply(self) -> None:
        """Put what the bug replaces into the modules of the reference."""
        for dotted, replacement in self.replaces.items():
            place, _, attribute = dotted.rpartition(".")
            owner = pkgutil.resolve_name(place)
            if not hasattr(owner, attribute):
                raise AttributeError(f"{self.name} replaces {dotted}, which is not there")
            setattr(owner, attribute, replacement)

    def fingerprint(self, reference: str) -> str:
        """Changes when the bug does, when what the bugs share does, or when *reference* does."""
        digest = hashlib.sha256(reference.encode() + self.source.read_bytes())
        for path in sorted(Path(__file__).parent.glob("_*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()


def names() -> list[str]:
    """The names of all bugs, in sorted order."""
    found = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(m.name.replace("_", "-") for m in found if not m.name.startswith("_"))


def load(name: str) -> Bug:
    """Return the bug called *name*; raises `UnknownBug`."""
    if name not in names():
        near = difflib.get_close_matches(name, names(), n=3, cutoff=0.3) or names()
        raise UnknownBug(f"no bug is called {name!r}; near it: {', '.join(near)}")
    module = importlib.import_module(f"bugs.{name.replace('-', '_')}")
    assert module.__file__ is not None
    return Bug(
        name=name,
        summary=module.SUMMARY,
        caught_by=module.CAUGHT_BY,
        replaces=getattr(module, "REPLACES", {}),
        tamper=getattr(module, "tamper", None),
        source=Path(module.__file__),
    )
