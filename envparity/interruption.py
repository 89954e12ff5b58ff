"""Interruption: a run that is told to end does end, and leaves nothing behind.

SIGTERM and SIGHUP end a Python process on the spot, with its workspace still there. While a run is
under way they raise `Interrupted` instead, as SIGINT raises KeyboardInterrupt: whatever was opened
is closed on the way out, and the report says that it was cut off.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

#: What a supervisor, a closed terminal and the keyboard send.
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


class Interrupted(KeyboardInterrupt):
    """A signal ended the run; pytest ends in good order for it, with status 2."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by {signal.Signals(signum).name}")


class Interruption:
    """What a process does about signals while a run is under way."""

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        """The one that ended the run."""
        self._before: dict[signal.Signals, object] = {}

    def watch(self) -> None:
        """From now on SIGTERM and SIGHUP end the run in good order; once only.

        A signal that is ignored stays so (nohup(1) asks for that), and only a process's first
        thread may say what signals do.
        """
        if threading.current_thread() is not threading.main_thread():
            return
        for one in SIGNALS:
            before = signal.getsignal(one)
            if before is not signal.SIG_IGN:
                self._before[one] = before
                signal.signal(one, self._end)

    def _end(self, signum: int, frame: FrameType | None) -> None:
        # Whoever asks twice would interrupt the removal of what the run has made.
        if self.signal is None:
            self.signal = signal.Signals(signum)
            raise Interrupted(signum)

    def restore(self) -> None:
        """Let signals do again what they did before."""
        for one, before in self._before.items():
            signal.signal(one, before)  # type: ignore[arg-type]
        self._before.clear()


@contextlib.contextmanager
def interruptible() -> Iterator[Interruption]:
    """Let signals raise `Interrupted` in the block."""
    interruption = Interruption()
    interruption.watch()
    try:
        yield interruption
    finally:
        interruption.restore()
