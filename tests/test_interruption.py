"""Tests of what signals do while a run is under way."""

from __future__ import annotations

import signal
import threading

import pytest

from envparity.interruption import Interrupted, Interruption, interruptible


class TestInterruption:
    """What a signal does while a run is under way."""

    def test_once(self) -> None:
        """The first signal raises; a second one does not stop the tidying up."""
        before = signal.getsignal(signal.SIGTERM)
        with interruptible() as interruption:
            with pytest.raises(Interrupted, match="stopped by SIGTERM"):
                signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGHUP)
            assert signal.SIGTERM is interruption.signal
        assert before is signal.getsignal(signal.SIGTERM)

    def test_ignored(self) -> None:
        """A signal that was ignored, as under nohup(1), still is."""
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with interruptible() as interruption:
                signal.raise_signal(signal.SIGHUP)
                assert interruption.signal is None
        finally:
            signal.signal(signal.SIGHUP, before)

    def test_threads(self) -> None:
        """In another thread than the first nothing is changed."""
        before = signal.getsignal(signal.SIGTERM)
        thread = threading.Thread(target=Interruption().watch)
        thread.start()
        thread.join()
        assert before is signal.getsignal(signal.SIGTERM)
