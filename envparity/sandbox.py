"""The sandbox: where steps and builders run, at paths that are the same every time.

A `Sandbox` is the near side of a sandbox server (`_sandbox_namespaces.py` says what the kernel is
asked for). With namespaces every job sees the folder `/cell`, fresh and private, and a machine it
cannot write to. Without them ("plain") jobs run in a folder of the workspace, one after another,
and nothing but their process tree is contained; the run's report says so.
"""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from attrs import field, frozen

from envparity.errors import SandboxError
from envparity.step import StepOutcome

#: What a server runs. It gets the path of this package alone: no site-packages, no variables.
SERVER = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); "
    "from envparity._sandbox_server import main; main()"
)

#: The folder that every job has for itself when there are namespaces.
CELL = Path("/cell")

#: Folders of the machine that may hold neither packages nor interpreters, last on PATH.
SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")

#: What may be used up by one job: bytes of one output, bytes of one file, inodes and bytes of
#: each private folder, bytes that one process may allocate, bytes that a builder may write, and
#: processes, threads among them.
LIMITS = {
    "output": 4 << 20,
    "file": 1 << 30,
    "files": 200_000,
    "memory": 4 << 30,
    "heap": 8 << 30,
    "disk": 4 << 30,
    "processes": 2048,
}

#: What holds only where there are namespaces, for the header of a report.
FORGONE = (
    "files outside the workspace are not protected",
    "the network can be reached",
    "processes of the same user can be seen and killed",
    "the number and the total size of files are not bounded",
)

#: Seconds beyond its steps' own limits after which a job's server is taken for dead.
GRACE = 60.0


@frozen
class Overlay:
    """The folders *lower*, uppermost first, laid over one another at *target*, read-only."""

    target: Path
    lower: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        """The server's form."""
        return {
            "kind": "overlay",
            "target": str(self.target),
            "lower": [str(path) for path in self.lower],
        }


@frozen
class Bind:
    """The file or folder *source* seen at *target*."""

    target: Path
    source: Path
    writable: bool = False

    def to_json(self) -> dict[str, Any]:
        """The server's form."""
        return {
            "kind": "bind",
            "target": str(self.target),
            "source": str(self.source),
            "writable": self.writable,
        }


Mount = Overlay | Bind


@frozen
class Command:
    """One process that a job runs to its end."""

    argv: tuple[str, ...]
    timeout: float
    """Seconds after which it is killed."""
    files: tuple[str, ...] = ()
    """Names or globs, relative to the working directory, of files to read when it has ended."""


@frozen
class Job:
    """Commands that run one after another in one fresh cell."""

    commands: tuple[Command, ...]
    cwd: Path
    environment: Mapping[str, str]
    mounts: tuple[Mount, ...] = ()
    folders: tuple[Path, ...] = ()
    """Folders to make in the cell before the first command."""
    links: tuple[tuple[Path, Path], ...] = ()
    """Symbolic links to make in the cell: (path, target)."""
    copies: tuple[tuple[Path, Path], ...] = ()
    """Folders to copy into the cell: (source, target)."""
    limits: Mapping[str, int] = field(factory=lambda: dict(LIMITS))

    def to_json(self) -> dict[str, Any]:
        """The server's form."""
        return {
            "mounts": [mount.to_json() for mount in self.mounts],
            "folders": [str(folder) for folder in self.folders],
            "links": [[str(path), str(target)] for path, target in self.links],
            "copies": [[str(source), str(target)] for source, target in self.copies],
            "steps": [
                {"argv": list(one.argv), "timeout": one.timeout, "files": list(one.files)}
                for one in self.commands
            ],
            "cwd": str(self.cwd),
            "environment": dict(self.environment),
            "limits": dict(self.limits),
        }


class Sandbox:
    """A sandbox server and the conversation with it; a context manager.

    *expose* are folders that jobs need to read and that may lie where the sandbox is private
    otherwise (below /tmp, say). *folder* is where cells live when there are no namespaces.
    """

    def __init__(self, *, folder: Path, expose: Sequence[Path], namespaces: bool) -> None:
        self.namespaces = namespaces
        self.cell = CELL if namespaces else folder
        self._expose = [str(path) for path in expose]
        self._process: subprocess.Popen[bytes] | None = None
        self.processor = 0.0
        """The seconds of processor time that jobs have had: their commands', not the server's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server, and with it whatever still runs or is mounted."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def start(self) -> None:
        """Start the server unless it runs; SandboxError says what the kernel refused."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        mode = "namespaces" if self.namespaces else "plain"
        setup = {"mode": mode, "cell": str(self.cell), "expose": self._expose, "limits": LIMITS}
        answer = self._ask(setup, GRACE)
        if not answer["ready"]:
            self.close()
            raise SandboxError(answer["why"])

    def run(self, job: Job) -> list[StepOutcome]:
        """Run *job* and return one outcome per command, fewer when one of them timed out.

        Raises SandboxError when the cell cannot be set up, its first process is killed, or a
        command used more than the limits let it.
        """
        self.start()
        if not self.namespaces:
            shutil.rmtree(self.cell, ignore_errors=True)
        patience = GRACE + sum(command.timeout for command in job.commands)
        answer = self._ask(job.to_json(), patience)
        if "error" in answer:
            raise SandboxError(f"the sandbox could not be set up: {answer['error']}")
        self.processor += sum(step["processor"] for step in answer["steps"])
        for step in answer["steps"]:
            if "excess" in step:
                raise SandboxError(f"it {step['excess']}, and was stopped")
        return [StepOutcome.from_answer(step) for step in answer["steps"]]

    def _ask(self, message: Mapping[str, Any], patience: float) -> Any:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(message).encode() + b"\n")
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], patience)
            line = process.stdout.readline() if ready else b""
        except OSError:
            line = b""
        try:
            return json.loads(line)
        except ValueError:
            self.close()
            raise SandboxError("the sandbox server died or stopped answering") from None


def namespaces_available(folder: Path) -> str | None:
    """Why private namespaces cannot be had here, or None when they can.

    Asks the kernel by really entering them: the sysctl knobs, AppArmor's and seccomp's rules
    that may forbid it (Ubuntu 24.04, container engines) cannot be told apart otherwise.
    """
    try:
        with Sandbox(folder=folder, expose=(), namespaces=True) as sandbox:
            sandbox.start()
    except SandboxError as error:
        return error.message
    return None
