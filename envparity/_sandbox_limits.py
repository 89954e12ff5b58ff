"""What one job may use up: rlimits where the kernel counts, a look now and then where it does not.

The sandbox server alone imports this; like it, it needs the standard library and nothing else.
`RLIMIT_NPROC` does not bind root, whom a job's user is when root runs envparity, and nothing but a
quota bounds what is written through a bind: both are looked at while a step runs.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: Seconds between two looks at what a running step uses.
INTERVAL = 0.2

#: Seconds in which the files that a step asked to have compared are read.
READING = 30.0

#: Of the kernel's choice when memory runs out (proc(5)): a step goes before the harness.
OOM_SCORE = 800


def limit_usage(limits: Mapping[str, int]) -> None:
    """Bound what steps may use; the limits of the machine stay where they are lower."""
    for kind, wanted in (
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_DATA, limits["heap"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(str(OOM_SCORE))
    except OSError:  # a container may have raised it further already
        pass


class Usage:
    """What a job has used since it began, of what no rlimit bounds.

    *places* are the folders outside the cell that it may write to.
    """

    def __init__(self, limits: Mapping[str, int], places: list[str]) -> None:
        self.limits = limits
        self.before = {place: self._of(place) for place in places}

    def _of(self, place: str) -> tuple[int, int]:
        """Bytes and files in use on the file system of *place*."""
        status = os.statvfs(place)
        used = (status.f_blocks - status.f_bfree) * status.f_frsize
        return used, status.f_files - status.f_ffree

    def excess(self) -> str:
        """What was used beyond the limits, or nothing."""
        count = sum(name.isdigit() for name in os.listdir("/proc"))
        if count > self.limits["processes"]:
            return f"started more than {self.limits['processes']} processes"
        for place, (size, files) in self.before.items():
            now_size, now_files = self._of(place)
            much = now_size - size > self.limits["disk"]
            many = now_files - files > self.limits["files"]
            # Others write to that file system as well: who it was is seen in the folder itself.
            if (much or many) and (words := self._weigh(place)):
                return words
        return ""

    def _weigh(self, place: str) -> str:
        size = files = 0
        for where, folders, names in os.walk(place):
            for name in (*folders, *names):
                files += 1
                try:
                    size += os.lstat(os.path.join(where, name)).st_blocks * 512
                except OSError:  # it is being removed
                    pass
            if files > self.limits["files"]:
                return f"made more than {self.limits['files']} files"
            if size > self.limits["disk"]:
                return f"wrote more than {self.limits['disk'] >> 20} MiB"
        return ""


class TooSlowError(Exception):
    """Something took too long. No OSError, which glob takes for a folder that it may not read."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TooSlowError in the block when *seconds* have passed."""

    def stop(*_: object) -> Any:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def patience(deadline: float) -> float:
    """Seconds to wait for a step before the next look at it."""
    return max(0.0, min(INTERVAL, deadline - time.monotonic()))
