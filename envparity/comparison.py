"""What differs between two runs of the same steps, once each prefix has one name.

Re-rooting gives the prefix under test and vanilla's prefix the same name, `{prefix}`. Where an
environment names the base interpreter that it was made from, that is `{base}`: vanilla has no
other prefix than its own, so it shows as a difference, and is usually the bug.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import asdict, field, frozen

if TYPE_CHECKING:
    from envparity.environment import Environment
    from envparity.interpreter import Interpreter
    from envparity.scenario import Step
    from envparity.step import StepOutcome

#: Prefixes that the interpreter shares with the rest of the system.
SHARED_PREFIXES = {Path("/"), Path("/usr"), Path("/usr/local")}

# What a path component consists of, and where one ends: a full stop may end a sentence.
_LETTER = r"\w+~@%-"
_END = rf"(?!\.*[{_LETTER}])"
_PATH = r"(?:/(?:[^\s\x00-\x1f/:;,'\"`()<>\[\]{}|&=*?\\]*))*"


@frozen
class Difference:
    """One thing that one step did otherwise than in vanilla."""

    step: int
    """Index of the step, from 0."""
    run: str
    """The step's shell line."""
    what: str
    """`exit status`, `stdout`, `stderr`, `file NAME` or `time limit`."""
    vanilla: str
    environment: str

    def diff(self) -> list[str]:
        """A unified diff without its header, vanilla's lines with a minus sign.

        It is never empty: where only one side ends its last line, it says so, and whatever else
        Unicode takes for a line's end is left in the line.
        """
        left, right = _lines(self.vanilla), _lines(self.environment)
        if left == right:
            (right if self.vanilla.endswith("\n") else left).append("(no newline at the end)")
        return list(difflib.unified_diff(left, right, lineterm="", n=2))[2:]

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Difference:
        """The difference that `to_json` wrote; TypeError for what it never writes."""
        words = (data["run"], data["what"], data["vanilla"], data["environment"])
        step = data["step"]
        if not all(isinstance(one, str) for one in words):
            raise TypeError("a difference has something that is no string")
        if isinstance(step, bool) or not isinstance(step, int):
            raise TypeError("the step of a difference is no number")
        return cls(step, *words)


@frozen
class Rerooting:
    """Turns the paths of one side into names that both sides share.

    *prefix* is replaced by `{prefix}` and *base*, where it is another, by `{base}`. In a prefix
    that is shared with the system (Debian's `/usr`) only what belongs to the interpreter or its
    packages is anybody's prefix: `/usr/bin/env` is not.
    """

    prefix: Path
    base: Path
    owned: frozenset[str] = field(factory=frozenset)
    """Files and folders of a shared base that belong to the interpreter or its packages."""
    common: frozenset[str] = field(factory=frozenset)
    """Folders of a shared base in which the interpreter and the system both have files."""
    store: Path | None = None
    """Where entries are named HASH-NAME: they become `{store}/NAME`, whatever their contents."""

    @classmethod
    def of(cls, environment: Environment, interpreter: Interpreter) -> Rerooting:
        """The re-rooting for what runs in *environment*, made from *interpreter*."""
        if interpreter.prefix not in SHARED_PREFIXES:
            return cls(environment.prefix, interpreter.prefix, store=environment.store)
        folder = interpreter.executable.parent
        owned = {str(folder / program) for program in interpreter.programs}
        owned |= {interpreter.paths[key] for key in ("stdlib", "purelib", "platlib", "include")}
        owned |= {*interpreter.site_packages, *_absolute(interpreter, "LIBPL", "INCLUDEPY")}
        # sys.path names the zipped standard library whether it is there or not (getpath.py).
        archive = f"python{interpreter.minor.replace('.', '')}.zip"
        owned.add(str(Path(interpreter.paths["stdlib"]).with_name(archive)))
        if interpreter.libpython is not None:
            owned.add(str(interpreter.libpython))
        for mount in environment.mounts:
            owned |= set(_layer_files(mount, interpreter.prefix))
        common = {str(folder), interpreter.paths["scripts"], interpreter.paths["data"]}
        common |= set(_absolute(interpreter, "BINDIR", "LIBDIR", "INCLUDEDIR"))
        common |= {
            str(interpreter.prefix / name)
            for name in ("lib", "include", "share", "local", "local/bin", "local/lib")
        }
        common |= {f"{interpreter.paths['data']}/{name}" for name in ("share", "lib", "etc")}
        common -= owned | {str(interpreter.prefix)}
        return cls(
            environment.prefix,
            interpreter.prefix,
            frozenset(owned),
            frozenset(common),
            environment.store,
        )

    def apply(self, text: str) -> str:
        """*text* with its paths re-rooted."""
        if self.prefix != self.base:
            text = _whole(self.prefix).sub("{prefix}", text)
        if self.store is not None:
            text = re.sub(rf"{re.escape(str(self.store))}/[0-9a-z]{{32}}-", "{store}/", text)
        if self.base not in SHARED_PREFIXES:
            return _whole(self.base).sub("{prefix}" if self._is_vanilla else "{base}", text)
        return _shared(self.base).sub(self._name, text)

    @property
    def _is_vanilla(self) -> bool:
        return self.prefix == self.base

    def _name(self, match: re.Match[str]) -> str:
        path = match[0].rstrip("/.")
        rest = match[0][len(path) :]
        tail = path[len(str(self.base)) :]
        if path in self.common:
            # Both the system's and the prefix's: who is meant cannot be told, so nobody is blamed.
            return f"{{prefix}}{tail}{rest}"
        mine = path == str(self.base) or any(
            path == own or path.startswith(own + "/") for own in self.owned
        )
        if not mine:
            return match[0]
        return ("{prefix}" if self._is_vanilla else "{base}") + tail + rest


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _absolute(interpreter: Interpreter, *names: str) -> list[str]:
    values = [interpreter.config_vars.get(name, "") for name in names]
    return [value for value in values if value.startswith("/")]


def _layer_files(mount: object, prefix: Path) -> Iterator[str]:
    """What an overlay on *prefix* brings from its uppermost layer and *prefix* has not."""
    lower = getattr(mount, "lower", ())
    if lower:
        for path in lower[0].rglob("*"):
            place = prefix / path.relative_to(lower[0])
            if not path.is_dir() or not place.is_dir():
                yield str(place)


def _whole(prefix: Path) -> re.Pattern[str]:
    return re.compile(re.escape(str(prefix)) + _END)


def _shared(prefix: Path) -> re.Pattern[str]:
    # `-I/usr/include` and `-L/usr/lib` are the only places where a path follows a letter, and an
    # address the only one where it follows a slash.
    before = rf"(?:(?<![/.{_LETTER}])|(?<=-[ILR])|(?<=file://))"
    return re.compile(before + re.escape(str(prefix)) + _END + _PATH)


def compare(
    steps: Sequence[Step],
    vanilla: Sequence[StepOutcome],
    vanilla_roots: Rerooting,
    environment: Sequence[StepOutcome],
    environment_roots: Rerooting,
) -> list[Difference]:
    """Every difference between the two runs of *steps*, in their order.

    A run that was cut off by a time limit has fewer outcomes; only what it did is compared.
    """
    found = []
    for index, (step, ours, theirs) in enumerate(zip(steps, vanilla, environment, strict=False)):
        pairs = [
            ("time limit", _timing(ours), _timing(theirs)),
            ("exit status", str(ours.exit), str(theirs.exit)),
            ("stdout", ours.stdout, theirs.stdout),
            ("stderr", ours.stderr, theirs.stderr),
        ]
        pairs += [
            (f"file {name}", ours.files.get(name, "(no file)"), theirs.files.get(name, "(no file)"))
            for name in sorted({*ours.files, *theirs.files})
        ]
        for what, left, right in pairs:
            left, right = vanilla_roots.apply(left), environment_roots.apply(right)  # noqa: PLW2901
            if left != right:
                found.append(Difference(index, step.run, what, left, right))
        if theirs.timed_out:
            break
    return found


def _timing(outcome: StepOutcome) -> str:
    return "exceeded" if outcome.timed_out else "kept"
