"""What a step did: the facts that are compared, and nothing that may vary by chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen


@frozen
class StepOutcome:
    """What one step left behind, as a caller could see it.

    Text is decoded as UTF-8; bytes that are not UTF-8 survive as surrogates, so that two
    different outputs are never equal.
    """

    exit: int
    """Exit status; -N when signal N ended the shell itself."""
    stdout: str
    stderr: str
    files: Mapping[str, str] = field(factory=dict)
    """Contents of the files that the step asked to have compared, by name."""
    timed_out: bool = False
    truncated: bool = False
    """Whether output beyond the limit was thrown away."""
    seconds: float = field(default=0.0, eq=False)

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> StepOutcome:
        """The outcome in a sandbox server's *answer*, whose bytes travel as Latin-1."""
        return cls(
            exit=answer.get("exit", -9),
            stdout=_text(answer["stdout"]),
            stderr=_text(answer["stderr"]),
            files={_text(name): _text(data) for name, data in answer["files"].items()},
            timed_out=answer["timed_out"],
            truncated=answer["truncated"],
            seconds=answer["seconds"],
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object that `from_json` reads back."""
        return {
            "exit": self.exit,
            "stdout": self.stdout,
            "stderr": self.stderr,
            "files": dict(self.files),
            "timed_out": self.timed_out,
            "truncated": self.truncated,
            "seconds": self.seconds,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StepOutcome:
        """The outcome that `to_json` wrote."""
        return cls(**data)


def _text(latin: str) -> str:
    return latin.encode("latin-1").decode("utf-8", "surrogateescape")
