"""Builders: what is under test, one module per kind.

`parse` turns what stands after `--builder` (`KIND[:ARGUMENT]`) into a `Builder`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from envparity.errors import UsageError

if TYPE_CHECKING:
    from envparity.environment import Environment
    from envparity.interpreter import Interpreter
    from envparity.package import Wheel
    from envparity.workshop import Workshop

#: KIND and what it means, in the order in which `--help` names them.
KINDS = {
    "reference": "the reference builder (reference:copy copies instead of linking)",
    "vanilla": "the oracle against itself: differs nowhere, or envparity is wrong",
    "bug": "bug:NAME, a reported bug re-enacted on the reference; bug:* is all of them",
    "venv": "python -m venv and pip (venv:system-site with --system-site-packages)",
    "virtualenv": "virtualenv and pip",
    "uv": "uv venv and uv pip install",
    "pip-prefix": "pip install --prefix, and the base's programs linked into it",
    "stow": "GNU stow: base and packages as a farm of symbolic links",
    "nixpkgs": "nixpkgs:CHECKOUT[@REVISION], the Python environments of a checkout of nixpkgs",
    "pex": "the virtual environment that pex makes of wheels",
    "prefix": "prefix:PATH, an environment that exists: scenarios without packages of their own",
    "exec": "exec:PROGRAM, any program that speaks the builder protocol",
}


#: The version of the builder protocol, and two exit statuses of it (docs/how-it-works.md).
PROTOCOL = 1
REFUSED, UNSUPPORTED = 3, 4


class Refused(Exception):
    """The builder says that no builder should make this (exit status 3)."""


class Unsupported(Exception):
    """The builder says that it cannot serve this (exit status 4)."""


class Inapplicable(Exception):
    """The cell says nothing of this builder, and is skipped."""


@frozen
class Description:
    """What a builder says of itself."""

    name: str
    version: str = ""
    homepage: str = ""
    fingerprint: str | None = None
    """Changes when what it builds may; None when the builder does not say."""


@frozen
class Request:
    """What a builder is asked to make. It never sees the scenario's name or steps."""

    interpreter: Interpreter
    wheels: tuple[Wheel, ...]
    shape: str = "plain"
    """The kind of path the environment lies at: one of `scenario.PREFIX_SHAPES`."""


class Builder(Protocol):
    """Anything that makes environments."""

    @property
    def name(self) -> str:
        """As it was asked for, `KIND[:ARGUMENT]`."""
        ...

    @property
    def places(self) -> tuple[Path, ...]:
        """Folders that its cells have to see even below /tmp, which is private otherwise."""
        ...

    @property
    def program(self) -> Path | None:
        """The program that it is or runs, if it is one: its bytes are part of what it is."""
        ...

    def describe(self, workshop: Workshop) -> Description:
        """What the builder is; BuilderError when it cannot say."""
        ...

    def build(self, request: Request, workshop: Workshop) -> Environment:
        """Make what is asked for, once per run.

        Raises Refused, Unsupported, Inapplicable, and BuilderError for anything else that goes
        wrong.
        """
        ...

    def trial(self, request: Request, workshop: Workshop, again: str = "") -> Path:
        """The folder of a build, to be looked at; Unsupported when there is nothing to see."""
        ...


def expand(names: Sequence[str], data: Path) -> tuple[str, ...]:
    """*names* with every glob over bugs (`bug:*`) replaced by the bugs it names, each once.

    Raises UsageError, with the nearest names, for a glob that names nothing.
    """
    from envparity.builders import bug  # noqa: PLC0415

    found: list[str] = []
    for name in names:
        kind, _, pattern = name.partition(":")
        if kind == "bug" and set(pattern) & set("*?["):
            found += [f"bug:{one}" for one in bug.bugs_matching(pattern, data)]
        else:
            found.append(name)
    return tuple(dict.fromkeys(found))


def parse(text: str, data: Path) -> Builder:
    """The builder that *text* (`KIND[:ARGUMENT]`) names; UsageError says what would be right.

    *data* is the folder that holds `reference` and `bugs`.
    """
    from envparity.builders import (  # noqa: PLC0415
        bug,
        nixpkgs,
        pex,
        pip_prefix,
        prefix,
        program,
        reference,
        stow,
        uv,
        vanilla,
        venv,
        virtualenv,
    )  # fmt: skip

    plain: dict[str, Callable[[], Builder]] = {
        "vanilla": vanilla.VanillaBuilder,
        "virtualenv": virtualenv.virtualenv,
        "uv": uv.uv,
        "pip-prefix": pip_prefix.pip_prefix,
        "stow": stow.stow,
        "pex": pex.pex,
    }
    with_argument: dict[str, Callable[[str], Builder]] = {
        "venv": venv.venv,
        "nixpkgs": nixpkgs.nixpkgs,
        "prefix": prefix.prefix,
        "exec": program.executable,
    }
    kind, _, argument = text.partition(":")
    if kind == "reference":
        return reference.reference(argument, data)
    if kind == "bug":
        return bug.bug(argument, data)
    if kind in with_argument:
        return with_argument[kind](argument)
    if text in plain:
        return plain[text]()
    close = difflib.get_close_matches(kind, KINDS, n=1)
    known = ", ".join(KINDS)
    raise UsageError(
        f"no builder is called {text!r}",
        hint=f"did you mean {close[0]!r}?" if close else f"the kinds are {known}",
    )
