"""Layers: the way from a shell line to what a script does, and where two sides part on it.

The order is that in which things happen. pyvenv.cfg comes before getpath, since CPython's
Modules/getpath.py (and getpath.c before 3.11) reads it first and computes the prefixes from it.

A fact parts where the environment's value is not vanilla's, and not the reference's either, which
is at parity: what differs there without harm (a shebang behind a long prefix, a wrapper that was
taken away) is not what makes the builder under test fail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

LAYERS = (
    "command", "kernel shebang", "wrapper", "argv[0]", "pyvenv.cfg", "getpath", "site",
    "sitecustomize", ".pth", "sysconfig", "the script", "installed files", "the outcome",
)  # fmt: skip

#: Those that are about one process, in order; the rest is about the environment and the step.
_OF_PROCESS = LAYERS[: LAYERS.index("installed files")]
#: Those that only a Python has.
_OF_PYTHON = LAYERS[LAYERS.index("pyvenv.cfg") : LAYERS.index("the script")]

#: What site may change, or is asked for.
_SITE = ("sys.prefix", "sys.exec_prefix", "sys.executable", "module site", "ENABLE_USER_SITE",
         "USER_SITE", "(failed)", "(not started)")  # fmt: skip

#: In the place of a value that one side does not have.
NOTHING = "–"

Document = Mapping[str, Any]
Facts = dict[str, str]


@frozen
class Fact:
    """One thing, as it is on each side."""

    name: str
    vanilla: str
    environment: str
    control: str | None
    """What the reference has; None where there is nobody to ask."""

    @property
    def differs(self) -> bool:
        """Whether the environment has something else than vanilla."""
        return self.environment != self.vanilla

    @property
    def parts(self) -> bool:
        """Whether it differs, and from the reference as well."""
        return self.differs and self.environment != self.control


@frozen
class Layer:
    """One part of the chain."""

    name: str
    facts: tuple[Fact, ...]

    @property
    def parts(self) -> bool:
        """Whether the sides part here."""
        return any(fact.parts for fact in self.facts)


def facts_of(process: Document) -> dict[str, Facts]:
    """The facts of a process that the witness described, by layer."""
    python = process["python"]
    bare, full = process.get("bare", {}), process.get("full", {})
    before = set(_numbered(bare, "sys.path"))
    sites = [*_numbered(full, "site-packages"), full.get("USER_SITE", "")]
    path = _numbered(full, "sys.path")
    shebang = {"first line": process["shebang"]}
    if process["error"]:
        shebang["execve"] = process["error"]
    variables = {f"${name}": value for name, value in process["variables"].items()}
    layers = {
        "command": {"program": process["command"]},
        "kernel shebang": shebang,
        "wrapper": {"executes": " → ".join(process["images"]), **variables},
        "argv[0]": {"argv[0]": process["argv0"]},
    }
    if python:
        layers |= {
            "pyvenv.cfg": process["pyvenv.cfg"] or {"pyvenv.cfg": "(none)"},
            "getpath": {**_plain(bare), "sys.path": "\n".join(_numbered(bare, "sys.path"))},
            "site": {
                **{key: full[key] for key in _SITE if key in full},
                "site-packages": "\n".join(sites[:-1]),
                "sys.path": "\n".join(one for one in path if one in before or one in sites),
            },
            "sitecustomize": process["customize"] or {"sitecustomize": "(none)"},
            ".pth": {
                **(process["pth"] or {".pth files": "(none)"}),
                "sys.path": "\n".join(o for o in path if o not in before and o not in sites),
                "-v": "\n".join(process["verbose"]),
            },
            "sysconfig": {
                key.removeprefix("sysconfig "): value
                for key, value in full.items()
                if key.startswith("sysconfig ")
            },
        }
    if "script" in process:
        layers["the script"] = {"path": process["script"], "text": process["text"]}
    return layers


def _numbered(facts: Mapping[str, str], name: str) -> list[str]:
    return [value for key, value in facts.items() if key.startswith(f"{name}[")]


def _plain(facts: Mapping[str, str]) -> Facts:
    left_out = ("[", "environ ")
    return {k: value for k, value in facts.items() if not any(word in k for word in left_out)}


def installed_facts(installed: Mapping[str, Document], scripts: Collection[str]) -> Facts:
    """What became of each installed file but *scripts*, which are a layer of their own.

    Its text is compared, but for that of RECORD.
    """
    found = {}
    for name, file in installed.items():
        if file["path"] in scripts:
            continue
        text: str | None = file.get("text")
        # RECORD has the digests of scripts, whose shebangs are the prefix's.
        silent = name.endswith(".dist-info/RECORD")
        digest = "" if text is None or silent else f", {_digest(text)}"
        found[name] = file["kind"] + digest
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]


def layer(name: str, vanilla: Facts, environment: Facts, control: Facts | None) -> Layer:
    """The layer called *name*, with the facts of both sides and of the reference."""
    names = dict.fromkeys([*vanilla, *environment])
    return Layer(
        name,
        tuple(
            Fact(
                one,
                vanilla.get(one, NOTHING),
                environment.get(one, NOTHING),
                None if control is None else control.get(one, NOTHING),
            )
            for one in names
        ),
    )


@frozen
class Trio:
    """A process of vanilla, its counterpart in the environment, and the reference's if any."""

    vanilla: Document
    environment: Document
    control: Document | None

    @property
    def layers(self) -> list[Layer]:
        """The layers that are about a process."""
        sides = [facts_of(self.vanilla), facts_of(self.environment)]
        third = facts_of(self.control) if self.control is not None else None
        if self.vanilla["python"] != self.environment["python"]:
            for facts, one in zip(sides, (self.vanilla, self.environment), strict=True):
                words = "a Python" if one["python"] else "no Python"
                facts |= {name: {"it starts": words} for name in _OF_PYTHON}
        return [
            layer(name, sides[0].get(name, {}), sides[1].get(name, {}),
                  None if third is None else third.get(name, {}))
            for name in _OF_PROCESS
        ]  # fmt: skip

    @property
    def scripts(self) -> set[str]:
        """The paths of what the process runs, on any side."""
        sides = (self.vanilla, self.environment, self.control or {})
        return {side["script"] for side in sides if "script" in side}

    @property
    def parts(self) -> bool:
        """Whether the sides part before the script has run, or in its text."""
        return any(one.parts for one in self.layers)


def trios(
    vanilla: Sequence[Document],
    environment: Sequence[Document],
    control: Sequence[Document] | None,
) -> Iterator[Trio]:
    """The processes of the sides, paired in the order in which they were started."""
    for place, (left, right) in enumerate(zip(vanilla, environment, strict=False)):
        third = control[place] if control is not None and place < len(control) else None
        yield Trio(left, right, third)
        below = third["children"] if third is not None else None
        yield from trios(left["children"], right["children"], below)


def telling(found: Sequence[Trio]) -> Trio | None:
    """The process to explain: the first that parts, or else the last Python, or the last."""
    for trio in found:
        if trio.parts:
            return trio
    pythons = [trio for trio in found if trio.vanilla["python"]]
    last = pythons or found
    return last[-1] if last else None
