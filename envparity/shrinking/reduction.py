"""The reduction: what is left out of a failing scenario, in which order, and until when.

Whole steps and packages go first, since each later question is then cheaper; lines go last. Every
candidate is judged as any cell is: vanilla has to end each step as declared, twice alike, and to
print something, and the builder has to fail with the same symptom. The order is gone through
again until nothing more can go, or the time is over.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve, frozen

from envparity.errors import EnvparityError
from envparity.shrinking.ddmin import minimise
from envparity.shrinking.draft import Draft
from envparity.shrinking.symptom import Symptom, symptom_of
from envparity.verdict import Verdict

T = TypeVar("T")

Judge = Callable[[Draft], Verdict]

# What separates commands of a shell line, outside of quotes. Here-documents and loops may be cut
# in two by it; a candidate that is no shell line any more does not hold in vanilla.
_SHELL = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|(\s*(?:&&|\|\||;|\n)\s*)", re.DOTALL)


@frozen
class Reduced:
    """What a reduction came to."""

    draft: Draft
    verdict: Verdict
    attempts: int
    seconds: float
    finished: bool
    """False when time was over before nothing more could go."""


class _Over(Exception):
    """There is no time left."""


class Reduction:
    """A search for the smallest draft that *judge* finds failing as *start* does.

    It stops after *seconds*. *tell* is called with the number of attempts and the best draft.
    """

    def __init__(
        self,
        start: Draft,
        judge: Judge,
        *,
        seconds: float,
        tell: Callable[[int, Draft], None] = lambda *_: None,
    ) -> None:
        self.draft = start
        self._judge = judge
        self._tell = tell
        self._began = time.monotonic()
        self._deadline = self._began + seconds
        self._known: dict[str, bool] = {}
        verdict = judge(start)
        symptom = symptom_of(verdict, start.numbers)
        if symptom is None:
            raise EnvparityError(
                f"{verdict.scenario} does not fail any more when it is copied: {verdict.reason}"
            )
        self.verdict = verdict
        self.symptom: Symptom = symptom

    def run(self) -> Reduced:
        """Reduce until nothing more can go, or time is over."""
        finished = True
        try:
            while True:
                before = self.draft.identity
                for reduce in (_steps, _parts, _files, _shape, _commands, _blocks, _lines):
                    reduce(self)
                if self.draft.identity == before:
                    break
        except _Over:
            finished = False
        spent = time.monotonic() - self._began
        return Reduced(self.draft, self.verdict, len(self._known) + 1, spent, finished)

    def accepts(self, draft: Draft) -> bool:
        """Whether *draft* fails in the same way; if so it is the best so far."""
        identity = draft.identity
        if identity == self.draft.identity:
            return True
        if identity in self._known:
            return False
        if time.monotonic() > self._deadline:
            raise _Over
        verdict = self._judge(draft)
        same = symptom_of(verdict, draft.numbers) == self.symptom
        self._known[identity] = same
        if same:
            self.draft, self.verdict = draft, verdict
        self._tell(len(self._known) + 1, self.draft)
        return same

    def leave_out(self, pieces: Sequence[T], rebuilt: Callable[[Sequence[T]], Draft]) -> None:
        """Leave out of *pieces* what can go; *rebuilt* is the draft with those that are kept."""
        minimise(pieces, lambda kept: self.accepts(rebuilt(kept)))


def _steps(reduction: Reduction) -> None:
    """Leave out the steps that come after the one that differs, and those before that can go."""
    draft, number = reduction.draft, reduction.symptom.step
    until = tuple(step for step in draft.steps if step[0] <= number)
    if until:
        reduction.accepts(evolve(draft, steps=until))
    draft = reduction.draft
    others = [step for step in draft.steps if step[0] != number]
    fixed = [step for step in draft.steps if step[0] == number]
    reduction.leave_out(others, lambda kept: evolve(draft, steps=tuple(sorted([*kept, *fixed],
                        key=lambda step: step[0]))))  # fmt: skip


def _parts(reduction: Reduction) -> None:
    """Leave out whole packages, wheels, and the working directory's files."""
    draft = reduction.draft
    reduction.leave_out(draft.parts, draft.with_parts)


def _files(reduction: Reduction) -> None:
    """Leave out files."""
    draft = reduction.draft
    rows = list(draft.files.items())
    reduction.leave_out(rows, lambda kept: evolve(draft, files=dict(kept)))


def _shape(reduction: Reduction) -> None:
    """Let the environment lie at a plain path."""
    draft = reduction.draft
    if "environment" in draft.head:
        head = {key: value for key, value in draft.head.items() if key != "environment"}
        reduction.accepts(evolve(draft, head=head))


def _commands(reduction: Reduction) -> None:
    """Leave out commands of the steps' shell lines."""
    for number, step in reduction.draft.steps:
        draft = reduction.draft

        def fails(kept: Sequence[str], draft: Draft = draft, number: int = number) -> bool:
            run = "".join(kept).lstrip("&|; \n")
            return bool(run) and reduction.accepts(draft.with_step(number, run))

        minimise(list(commands(step.run)), fails)


def _blocks(reduction: Reduction) -> None:
    """Leave out lines of files, together with the deeper ones below them."""
    _pieces(reduction, lambda data: list(blocks(data)))


def _lines(reduction: Reduction) -> None:
    """Leave out single lines of files."""
    _pieces(reduction, lambda data: data.splitlines(keepends=True))


def _pieces(reduction: Reduction, split: Callable[[bytes], list[bytes]]) -> None:
    sizes = {name: -len(content.data) for name, content in reduction.draft.files.items()}
    for name in sorted(sizes, key=lambda name: sizes[name]):
        draft = reduction.draft
        if b"\0" not in draft.files[name].data:
            reduction.leave_out(
                split(draft.files[name].data),
                lambda kept, draft=draft, name=name: draft.with_text(  # type: ignore[misc]
                    name, b"".join(kept)
                ),
            )


def commands(run: str) -> Iterator[str]:
    """The commands of a shell line, each with the separator before it."""
    start = 0
    for match in _SHELL.finditer(run):
        if match[1] is not None:
            yield run[start : match.start()]
            start = match.start()
    yield run[start:]


def blocks(data: bytes) -> Iterator[bytes]:
    """Each line that is not indented, with the indented or blank ones that follow."""
    block = b""
    for line in data.splitlines(keepends=True):
        if block and line.strip() and line[:1] not in b" \t":
            yield block
            block = b""
        block += line
    if block:
        yield block
