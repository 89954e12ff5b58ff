"""Tests of the sandbox, with real servers."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from envparity.errors import SandboxError
from envparity.sandbox import LIMITS, Bind, Command, Job, Overlay, Sandbox, namespaces_available
from envparity.step import StepOutcome


@pytest.fixture(params=["namespaces", "plain"])
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of either kind."""
    namespaces = request.param == "namespaces"
    with Sandbox(folder=tmp_path / "cell", expose=(tmp_path,), namespaces=namespaces) as one:
        yield one


@pytest.fixture
def contained(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with namespaces."""
    with Sandbox(folder=tmp_path / "cell", expose=(tmp_path,), namespaces=True) as one:
        yield one


def run(sandbox: Sandbox, *lines: str, timeout: float = 20.0, **more: object) -> list[StepOutcome]:
    """Run shell lines in a fresh cell of *sandbox*."""
    work = sandbox.cell / "work"
    job = Job(
        commands=tuple(Command(("/bin/sh", "-c", line), timeout, ("made*",)) for line in lines),
        cwd=work,
        environment={"PATH": "/usr/bin:/bin", "HOME": "/nowhere"},
        folders=(work,),
        **more,  # type: ignore[arg-type]
    )
    return sandbox.run(job)


class TestSteps:
    """What a step did comes back as it was."""

    def test_outcome(self, sandbox: Sandbox) -> None:
        """Exit status, both outputs and files come back; environment and input are bare."""
        first, second = run(
            sandbox, "echo out; echo err >&2; printf 'a\\377' > made; exit 7", "env | sort; cat"
        )
        assert (7, "out\n", "err\n") == (first.exit, first.stdout, first.stderr)
        assert {"made": "a\udcff"} == first.files
        work = sandbox.cell / "work"
        assert f"HOME=/nowhere\nPATH=/usr/bin:/bin\nPWD={work}\n" == second.stdout

    def test_cells_are_fresh(self, sandbox: Sandbox) -> None:
        """Files last from step to step, and not from cell to cell."""
        assert "1\n" == run(sandbox, "touch made", "ls | wc -l")[1].stdout
        assert "0\n" == run(sandbox, "ls | wc -l")[0].stdout

    def test_kinds_of_files(self, sandbox: Sandbox) -> None:
        """A link is told as a link, a folder as a folder, and neither is followed."""
        lines = "ln -s /etc/passwd made-link; mkdir made-folder; mkfifo made-pipe"
        assert {
            "made-folder": "a d entry",
            "made-link": "link to /etc/passwd",
            "made-pipe": "a p entry",
        } == run(sandbox, lines)[0].files

    def test_time_limit(self, sandbox: Sandbox) -> None:
        """A step that takes too long is killed with all it started, and is the last one."""
        outcomes = run(sandbox, "echo begun; sleep 60 & sleep 60", "echo never", timeout=0.5)
        assert [(True, "begun\n")] == [(one.timed_out, one.stdout) for one in outcomes]

    def test_background_processes(self, sandbox: Sandbox) -> None:
        """What a step leaves running ends with it."""
        mark = f"{os.getpid()}.25"
        first, second = run(
            sandbox, f"setsid sleep {mark} & echo done", f"pgrep -xf 'sleep {mark}' || echo none"
        )
        assert ("done\n", "none\n") == (first.stdout, second.stdout)
        assert first.seconds < 10

    def test_processor_time(self, sandbox: Sandbox) -> None:
        """What commands and their children compute is added up, killed or not; sleep is not."""
        run(sandbox, "sleep 0.3")
        asleep = sandbox.processor
        assert asleep < 0.2
        busy = "timeout 0.4 sh -c 'while :; do :; done'"
        run(sandbox, busy)
        assert 0.1 < sandbox.processor - asleep
        awake = sandbox.processor
        run(sandbox, f"{busy} & sleep 0.3")
        assert 0.05 < sandbox.processor - awake < 5

    def test_signals(self, sandbox: Sandbox) -> None:
        """A shell that a signal ends is told from one that exits."""
        assert -signal.SIGKILL == run(sandbox, "kill -KILL $$")[0].exit

    def test_interrupts(self, sandbox: Sandbox) -> None:
        """A step is interrupted by SIGINT, which the server itself goes on after."""
        assert -signal.SIGINT == run(sandbox, "kill -INT $$; echo on")[0].exit
        assert "on\n" == run(sandbox, "echo on")[0].stdout

    def test_output_limit(self, sandbox: Sandbox) -> None:
        """Output beyond the limit is thrown away, and that it was is said."""
        limits = {**LIMITS, "output": 1000}
        outcome = run(sandbox, "head -c 100000 /dev/zero", limits=limits)[0]
        assert (1000, True, 0) == (len(outcome.stdout), outcome.truncated, outcome.exit)

    def test_file_limit(self, sandbox: Sandbox) -> None:
        """A file cannot grow beyond the limit."""
        limits = {**LIMITS, "file": 5000}
        outcome = run(sandbox, "head -c 100000 /dev/zero > made; wc -c < made", limits=limits)[0]
        assert "5000\n" == outcome.stdout

    def test_no_program(self, sandbox: Sandbox) -> None:
        """A command that is no program ends as a shell would have it."""
        job = Job((Command(("/nowhere/program",), 5.0),), sandbox.cell, {})
        outcome = sandbox.run(job)[0]
        assert (127, "/nowhere/program: No such file or directory\n") == (
            outcome.exit,
            outcome.stderr,
        )

    def test_copies_and_links(self, sandbox: Sandbox, tmp_path: Path) -> None:
        """Folders are copied into the cell and links made before the first step."""
        (tmp_path / "given").mkdir()
        (tmp_path / "given" / "file").write_text("words\n")
        outcome = run(
            sandbox,
            "cat file; readlink ../link; echo more > file",
            copies=((tmp_path / "given", sandbox.cell / "work"),),
            links=((sandbox.cell / "link", Path("work")),),
        )[0]
        assert "words\nwork\n" == outcome.stdout
        assert "words\n" == (tmp_path / "given" / "file").read_text()


class TestContainment:
    """With namespaces, a cell sees the machine and changes nothing of it."""

    def test_read_only(self, contained: Sandbox, tmp_path: Path) -> None:
        """Nothing outside the cell can be written, whoever started envparity."""
        for path in (tmp_path, Path.home(), Path("/etc"), Path("/usr"), Path("/")):
            outcome = run(contained, f"touch '{path}/vandal'")[0]
            assert 1 == outcome.exit, path
            assert not (path / "vandal").exists()

    def test_no_capabilities(self, contained: Sandbox) -> None:
        """A step is an ordinary user without a capability, and cannot remount what it sees."""
        first, second = run(
            contained,
            "id -u; grep CapEff /proc/self/status",
            "mount -o remount,rw / || unshare -Urm mount -o remount,rw,bind / || echo no",
        )
        assert "1000\nCapEff:\t0000000000000000\n" == first.stdout
        assert "no\n" == second.stdout

    def test_server_is_out_of_reach(self, contained: Sandbox) -> None:
        """The pipe that carries the verdict cannot be opened by a step."""
        outcome = run(
            contained, "for fd in /proc/1/fd/*; do echo '{}' > $fd; done 2>/dev/null; echo x"
        )
        assert "x\n" == outcome[0].stdout

    def test_no_network(self, contained: Sandbox) -> None:
        """There is a loopback device, and no other."""
        assert "lo:\n" == run(contained, "tail -n +3 /proc/net/dev | awk '{print $1}'")[0].stdout

    def test_private_folders(self, contained: Sandbox) -> None:
        """/dev/shm and the cell are empty and writable; the PIDs are the cell's own."""
        lines = "touch /dev/shm/x && ls /dev/shm; echo $$"
        assert ["x\n2\n", "x\n2\n"] == [run(contained, lines)[0].stdout for _ in range(2)]

    def test_mounts(self, contained: Sandbox, tmp_path: Path) -> None:
        """Layers are laid over a folder, binds are read-only unless they are said not to be."""
        for name in ("upper", "lower", "bound", "writable"):
            (tmp_path / name).mkdir()
            (tmp_path / name / name).write_text(name)
        target = tmp_path / "lower"
        outcome = run(
            contained,
            f"ls {target} {contained.cell}/bound; touch {target}/x {contained.cell}/bound/x",
            f"touch {contained.cell}/writable/x; echo $?",
            mounts=(
                Overlay(target, (tmp_path / "upper", target)),
                Bind(contained.cell / "bound", tmp_path / "bound"),
                Bind(contained.cell / "writable", tmp_path / "writable", writable=True),
            ),
        )
        assert f"{contained.cell}/bound:\nbound\n\n{target}:\nlower\nupper\n" == outcome[0].stdout
        assert 2 == outcome[0].stderr.count("Read-only file system")
        assert "0\n" == outcome[1].stdout
        assert ["lower"] == os.listdir(target)
        assert ["writable", "x"] == sorted(os.listdir(tmp_path / "writable"))

    def test_kill_everything(self, contained: Sandbox) -> None:
        """A step that kills all it can reach harms its own cell alone."""
        assert -signal.SIGKILL == run(contained, "kill -KILL -1; kill -KILL $$")[0].exit
        assert "fine\n" == run(contained, "echo fine")[0].stdout


class TestServer:
    """A server that dies or cannot do what it is asked is an error with a reason."""

    def test_impossible_mount(self, contained: Sandbox, tmp_path: Path) -> None:
        """What could not be mounted is named, and the next job is served."""
        missing = Bind(contained.cell / "x", tmp_path / "missing" / "folder")
        with pytest.raises(SandboxError, match="could not be set up: mount bind on /cell/x"):
            run(contained, "true", mounts=(missing,))
        assert 0 == run(contained, "true")[0].exit

    def test_death(self, sandbox: Sandbox) -> None:
        """A server that was killed is an error once; the next job has a new one."""
        run(sandbox, "true")
        process = sandbox._process
        assert process is not None
        process.kill()
        process.wait()
        with pytest.raises(SandboxError, match="died or stopped answering"):
            run(sandbox, "true")
        assert 0 == run(sandbox, "true")[0].exit

    def test_available(self, tmp_path: Path) -> None:
        """Where namespaces are to be had, nothing stands in the way."""
        assert namespaces_available(tmp_path) is None

    def test_not_available(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where they are not, the reason is what the kernel said."""
        server = 'print(\'{"ready": false, "why": "unshare: not permitted"}\')'
        monkeypatch.setattr("envparity.sandbox.SERVER", server)
        assert "unshare: not permitted" == namespaces_available(tmp_path)
