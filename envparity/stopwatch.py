"""The stopwatch of a worker: where the seconds of a cell go."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

#: What a cell spends its time on. The rest of it is the harness's own.
ORACLE, BUILD, STEPS = PARTS = ("oracle", "build", "steps")


class Stopwatch:
    """Adds up seconds by part, from one `lap` to the next."""

    def __init__(self) -> None:
        self._spent = dict.fromkeys(PARTS, 0.0)
        self._running: list[tuple[str, float]] = []

    @contextlib.contextmanager
    def measure(self, part: str) -> Iterator[None]:
        """Count the time within as *part*'s, and as nobody else's that is being measured."""
        self._stop()
        self._running.append((part, time.monotonic()))
        try:
            yield
        finally:
            self._stop()
            self._running.pop()
            if self._running:
                self._running[-1] = (self._running[-1][0], time.monotonic())

    def _stop(self) -> None:
        if self._running:
            part, since = self._running[-1]
            self._spent[part] += time.monotonic() - since

    def lap(self) -> dict[str, float]:
        """The seconds of each part since the last call."""
        spent, self._spent = self._spent, dict.fromkeys(PARTS, 0.0)
        return spent
