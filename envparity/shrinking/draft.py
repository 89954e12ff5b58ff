"""Drafts: a scenario in pieces that can be left out, and written as a scenario folder again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w
from attrs import evolve, field, frozen

from envparity.document import Document
from envparity.scenario import Scenario, Step

#: What a draft has from its scenario's scenario.toml, in the order in which it is written.
_HEAD = ("summary", "origin", "python", "needs", "refuses", "guarantee", "environment")


@frozen
class Content:
    """A file of a package or of the working directory."""

    data: bytes
    executable: bool

    @property
    def mode(self) -> int:
        """Permission bits."""
        return 0o755 if self.executable else 0o644


@frozen
class Draft:
    """A scenario, with the number that each of its steps had at first."""

    theme: str
    name: str
    head: Mapping[str, Any]
    steps: tuple[tuple[int, Step], ...]
    files: Mapping[str, Content] = field(factory=dict)
    """By path relative to the scenario's folder."""

    @classmethod
    def of(cls, scenario: Scenario) -> Draft:
        """*scenario* in pieces; a case becomes a scenario of its own."""
        data = Document.read(scenario.path / "scenario.toml").data
        folders = [*scenario.packages, *scenario.wheels, scenario.path / "work"]
        files = {
            (folder.relative_to(scenario.path) / name).as_posix(): _content(source)
            for folder in folders
            for name, source in scenario.files(folder).items()
        }
        name = f"{scenario.name}-{scenario.case}".lower() if scenario.case else scenario.name
        return cls(
            theme=scenario.theme,
            name=re.sub(r"[^a-z0-9.]+", "-", name).strip("-."),
            head={key: data[key] for key in _HEAD if key in data},
            steps=tuple((n, _without_case(s, scenario.case)) for n, s in enumerate(scenario.steps)),
            files=files,
        )

    @property
    def numbers(self) -> tuple[int, ...]:
        """The original numbers of the steps that are left."""
        return tuple(number for number, _ in self.steps)

    @property
    def parts(self) -> list[str]:
        """The folders that can go as a whole: `packages/NAME`, `wheels/NAME`, `work`."""
        return list(dict.fromkeys(_part(name) for name in self.files))

    @property
    def packages(self) -> list[str]:
        """Names of the installed packages."""
        return [part.partition("/")[2] for part in self.parts if part.startswith("packages/")]

    @property
    def identity(self) -> str:
        """Equal for equal drafts."""
        rows = sorted(self.files.items())
        return hashlib.sha256(repr((self.head, self.steps, rows)).encode()).hexdigest()

    def with_parts(self, parts: object) -> Draft:
        """This draft with the files of *parts* alone."""
        kept = set(parts)  # type: ignore[call-overload]
        return evolve(self, files={n: c for n, c in self.files.items() if _part(n) in kept})

    def with_text(self, name: str, data: bytes) -> Draft:
        """This draft with *data* in the file *name*."""
        return evolve(self, files={**self.files, name: evolve(self.files[name], data=data)})

    def with_step(self, number: int, run: str) -> Draft:
        """This draft with *run* in the step that had *number*."""
        return evolve(
            self,
            steps=tuple((n, evolve(s, run=run) if n == number else s) for n, s in self.steps),
        )

    def document(self) -> dict[str, Any]:
        """The contents of its scenario.toml."""
        steps = {"steps": [_plain(step) for _, step in self.steps]} if self.steps else {}
        return {**self.head, **steps}

    def write(self, corpus: Path, comment: str = "") -> Path:
        """Write the scenario folder below *corpus*, and return it.

        *comment* goes before scenario.toml, each line behind a `#`.
        """
        folder = corpus / self.theme / self.name
        folder.mkdir(parents=True)
        lines = "".join(f"# {line}\n" for line in comment.splitlines())
        text = lines + tomli_w.dumps(self.document(), multiline_strings=True)
        (folder / "scenario.toml").write_text(text, encoding="utf-8")
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.data)
            path.chmod(content.mode)
        return folder


def _part(name: str) -> str:
    first, *rest = name.split("/")
    return first if first == "work" else f"{first}/{rest[0]}"


def _content(path: Path) -> Content:
    return Content(path.read_bytes(), bool(path.stat().st_mode & 0o100))


def _without_case(step: Step, case: str | None) -> Step:
    """*step* with the case's name for `$CASE`, which a scenario without cases does not have."""
    if case is None:
        return step
    return evolve(step, run=re.sub(r"\$(CASE\b|\{CASE\})", case, step.run))


def _plain(step: Step) -> str | dict[str, Any]:
    table: dict[str, Any] = {"run": step.run}
    if step.exit:
        table["exit"] = step.exit
    if step.files:
        table["files"] = list(step.files)
    if step.timeout is not None:
        table["timeout"] = step.timeout
    return table if len(table) > 1 else step.run
