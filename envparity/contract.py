"""The contract of builders: what no oracle can show.

A builder must refuse what no environment can hold, leave nothing behind when it does, make the
same bytes from the same request, and leave its inputs as they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from envparity.builders import Builder, Inapplicable, Request, Unsupported
from envparity.comparison import Difference
from envparity.verdict import Outcome

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter
    from envparity.scenario import Scenario
    from envparity.workshop import Workshop

Finding = tuple[Outcome, str, tuple[Difference, ...]]

PARITY: Finding = (Outcome.PARITY, "", ())


def check_contract(
    scenario: Scenario, builder: Builder, interpreter: Interpreter, workshop: Workshop
) -> Finding:
    """Outcome, reason and differences of a scenario of the contract theme.

    Raises Unsupported when the builder says that it cannot serve the request: a contract binds
    whoever makes environments of the kind; and Inapplicable where it shows nothing.
    """
    request = Request(interpreter, workshop.wheels(scenario, interpreter), scenario.prefix_shape)
    if scenario.refuses:
        return _refuses(scenario.refuses, builder, request, workshop)
    if scenario.guarantee == "deterministic":
        return _deterministic(builder, request, workshop)
    if scenario.guarantee == "inputs-untouched":
        return _inputs_untouched(builder, request, workshop)
    return _leaves_nothing(builder, request, workshop)


def _refuses(why: str, builder: Builder, request: Request, workshop: Workshop) -> Finding:
    answer = _answer(builder.trial(request, workshop))
    if "refused" in answer:
        return PARITY
    return _differs("answer", f"refused (exit status 3): {why}", _ending(answer))


def _deterministic(builder: Builder, request: Request, workshop: Workshop) -> Finding:
    first, second = (builder.trial(request, workshop, again) for again in ("first", "second"))
    for folder in (first, second):
        answer = _answer(folder)
        if "prefix" not in answer:
            return _differs("answer", "an environment", _ending(answer))
        if "store" in answer:
            raise Inapplicable("is about building twice, and a store builds nothing twice")
    left, right = (manifest(folder / "out") for folder in (first, second))
    if left == right:
        return PARITY
    return _differs("the environment's files", "\n".join(left), "\n".join(right))


def _inputs_untouched(builder: Builder, request: Request, workshop: Workshop) -> Finding:
    folder = builder.trial(request, workshop, "inputs")
    answer = _answer(folder)
    if "prefix" not in answer:
        return _differs("answer", "an environment", _ending(answer))
    before = {wheel.path.name: wheel.digest for wheel in request.wheels}
    after = {
        path.name: "a link" if path.is_symlink() else _digest(path)
        for path in (folder / "wheels").rglob("*")
        if path.is_symlink() or path.is_file()
    }
    if before == after:
        return PARITY
    return _differs("the wheels", _listing(before), _listing(after))


def _leaves_nothing(builder: Builder, request: Request, workshop: Workshop) -> Finding:
    folder = builder.trial(request, workshop)
    answer = _answer(folder)
    if "prefix" in answer:
        return _differs("answer", "no environment", _ending(answer))
    left = manifest(folder / "out")
    if not left:
        return PARITY
    return _differs("what is left at the output", "", "\n".join(left))


def manifest(folder: Path) -> list[str]:
    """One line for each entry below *folder*: mode, path, and link target or digest."""
    lines = []
    for where, folders, names in os.walk(folder):
        for name in sorted([*folders, *names]):
            path = Path(where, name)
            status = path.lstat()
            line = f"{stat.filemode(status.st_mode)} {path.relative_to(folder)}"
            if path.is_symlink():
                line += f" -> {path.readlink()}"
            elif path.is_file():
                line += f" {_digest(path)[:16]}"
            lines.append(line)
    return sorted(lines, key=lambda line: line.split(" ", 1)[1])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _answer(folder: Path) -> dict[str, str]:
    answer: dict[str, str] = json.loads((folder / "answer.json").read_text())
    if "unsupported" in answer:
        raise Unsupported(answer["unsupported"])
    return answer


def _ending(answer: dict[str, str]) -> str:
    for key in ("refused", "failed"):
        if key in answer:
            return f"{key}: {answer[key]}"
    return "an environment"


def _listing(digests: dict[str, str]) -> str:
    return "\n".join(f"{name} {value[:16]}" for name, value in sorted(digests.items()))


def _differs(what: str, wanted: str, got: str) -> Finding:
    difference = Difference(0, "build REQUEST.json", what, wanted, got)
    return Outcome.DIFFERS, f"{what}: wanted {_short(wanted)}, got {_short(got)}", (difference,)


def _short(text: str) -> str:
    lines = text.splitlines()
    if len(lines) > 1:
        return f"{len(lines)} lines"
    return text or "nothing"
