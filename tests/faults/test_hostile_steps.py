"""What a hostile step or builder may try in a cell, and what stops it.

`ATTEMPTS` is the table of docs/trust.md: `stops` is its last column. Each attempt is a shell line
that prints `done` when it has got what it wanted; `$V` is a folder outside of the workspace, which
a cell sees, with an interpreter, a HOME, a cache and another cell in it.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

from envparity.errors import SandboxError
from envparity.sandbox import LIMITS, Bind, Command, Job, Sandbox
from envparity.step import StepOutcome

READ_ONLY = "the machine is mounted read-only"
NO_CAPABILITY = "no capability in any namespace that owns it"
PID_NAMESPACE = "its PID namespace ends with the cell"
LIMIT = "a limit, and the step is stopped"


@frozen
class Attempt:
    """A line of shell, and what stops it."""

    line: str
    stops: str


def python(text: str) -> str:
    """A shell line that runs *text* with the machine's Python."""
    return f"{shlex.quote(sys.executable)} -I -S -c {shlex.quote(text)}"


PTRACE = (
    "import ctypes; libc = ctypes.CDLL(None); libc.ptrace.restype = ctypes.c_long;"
    "libc.ptrace(16, 1, None, None) or print('done')"
)
CONNECT = (
    "import socket; s = socket.socket({family}, {kind}); s.settimeout(3); s.connect({address});"
    "print('done')"
)

ATTEMPTS: Mapping[str, Attempt] = {
    "write to the interpreter": Attempt(
        "echo x > $V/prefix/bin/python3.12 && echo done", READ_ONLY
    ),
    "put a sitecustomize beside it": Attempt(
        "touch $V/prefix/lib/sitecustomize.py && echo done", READ_ONLY
    ),
    "write to HOME": Attempt("echo x >> $V/home/letter && echo done", READ_ONLY),
    "remove the cache": Attempt("rm -rf $V/cache/outcomes 2>&1; test -e $V/cache/outcomes || "
                                "echo done", READ_ONLY),
    "write to another cell": Attempt("echo x > $V/runs/other/out && echo done", READ_ONLY),
    "write through a symbolic link": Attempt(
        "ln -s $V/home l; echo x >> l/letter && echo done", READ_ONLY
    ),
    "take a hard link to a file outside": Attempt(
        "ln $V/home/letter mine && echo done", "another file system"
    ),
    "rename a folder outside": Attempt("mv $V/home $V/gone && echo done", READ_ONLY),
    "change modes and times of inputs": Attempt(
        "chmod 777 $V/home/letter && echo done; touch -d 1999-01-01 $V/home/letter && echo done",
        READ_ONLY,
    ),
    "write through /proc/1/root": Attempt(
        "echo x >> /proc/1/root$V/home/letter && echo done", "the cell's first process is not "
        "dumpable"
    ),
    "write through /proc/1/cwd and /proc/self/root": Attempt(
        "echo x >> /proc/1/cwd/x && echo done; echo x >> /proc/self/root$V/home/letter && echo "
        "done", READ_ONLY
    ),
    "write into the memory of the cell's first process": Attempt(
        "echo x > /proc/1/mem && echo done", "the cell's first process is not dumpable"
    ),
    "trace the cell's first process": Attempt(
        python(PTRACE), "the cell's first process is not dumpable"
    ),
    "answer in the harness's place": Attempt(
        "for fd in 3 4 5 6 7 8 9; do eval \"echo '{\\\"steps\\\": []}' >&$fd\" && echo done; done; "
        "for fd in /proc/1/fd/*; do echo '{}' > $fd && echo done; done",
        "no descriptor is inherited; the cell's first process is not dumpable",
    ),
    "change the kernel's settings": Attempt(
        "cat /proc/sys/kernel/core_pattern > old && cat old > /proc/sys/kernel/core_pattern && "
        "echo done", "/proc/sys and its like are read-only"
    ),
    "reach for the magic SysRq": Attempt(
        python("import os; os.open('/proc/sysrq-trigger', os.O_WRONLY); print('done')"),
        "/proc/sysrq-trigger is read-only",
    ),
    "write to /sys": Attempt("echo x > /sys/kernel/uevent_helper && echo done", READ_ONLY),
    "mount writable what is read-only": Attempt(
        "mount -o remount,rw / && echo done; mount -o remount,rw $V && echo done; umount $V && "
        "echo done", NO_CAPABILITY
    ),
    "mount writable in namespaces of its own": Attempt(
        "unshare -Urm mount -o remount,rw,bind $V && echo done; "
        "unshare -Urm umount $V && echo done",
        "mounts of an outer user namespace are locked",
    ),
    "let a mount appear outside": Attempt(
        "unshare -Urm --propagation shared sh -c 'mount -t tmpfs none $V/home; touch "
        "$V/home/vandal'; test -e $V/home/vandal && echo done",
        "its mounts are private to its mount namespace",
    ),
    "enter the namespaces of another process": Attempt(
        "nsenter -t 1 -m -p true && echo done", NO_CAPABILITY
    ),
    "make a device": Attempt(
        "mknod disk b 8 0 && echo done; mknod memory c 1 1 && echo done", NO_CAPABILITY
    ),
    "use a device that lies about": Attempt("echo x > $V/device && echo done", "mounted nodev"),
    "become root by a set-user-ID program": Attempt(
        "cp /usr/bin/id i; chmod 4755 i; ./i -u | grep -qx 0 && echo done; "
        "su root -c true < /dev/null && echo done", "no_new_privs"
    ),
    "raise its limits": Attempt(
        "ulimit -f unlimited && echo done; ulimit -v 1 && ulimit -v unlimited && echo done",
        NO_CAPABILITY,
    ),
    "reach the network": Attempt(
        python(CONNECT.format(family="socket.AF_INET", kind="socket.SOCK_STREAM",
                              address="('192.0.2.1', 80)")),
        "a network namespace with loopback alone",
    ),
    "reach an abstract socket outside": Attempt(
        python(CONNECT.format(family="socket.AF_UNIX", kind="socket.SOCK_STREAM",
                              address="chr(0) + 'envparity-outside'")),
        "a network namespace with loopback alone",
    ),
    "reach a service of the machine on loopback": Attempt(
        python(CONNECT.format(family="socket.AF_INET", kind="socket.SOCK_STREAM",
                              address="('127.0.0.1', PORT)")),
        "a network namespace with loopback alone",
    ),
    "change the host's name or clock": Attempt(
        "hostname vandal && echo done; date -s 1999-01-01 > /dev/null && echo done", NO_CAPABILITY
    ),
    "kill what started it": Attempt(
        "kill -KILL 1; kill -KILL $PPID; sleep 0.1; test -d /proc/1 || echo done", PID_NAMESPACE
    ),
    "signal a process outside": Attempt("kill -0 OUTSIDE && echo done", PID_NAMESPACE),
}  # fmt: skip


def outside(root: Path) -> dict[str, tuple[int, ...]]:
    """What lstat(2) says of all below *root*; a change of any file changes its ctime."""
    found: dict[str, tuple[int, ...]] = {}
    for where, folders, names in os.walk(root):
        for name in [*folders, *names]:
            status = Path(where, name).lstat()
            fields = (status.st_mode, status.st_nlink, status.st_size, status.st_ctime_ns)
            found[str(Path(where, name))] = fields
    return found


@pytest.fixture(name="victim", scope="module")
def _victim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that a cell sees, and may not change."""
    root = tmp_path_factory.mktemp("victim")
    for name in ("prefix/bin/python3.12", "prefix/lib/os.py", "home/letter", "cache/outcomes/a",
                 "runs/other/out"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("dear diary\n")
        (root / name).chmod(0o666)
    if os.geteuid() == 0:
        os.mknod(root / "device", 0o020666, os.makedev(1, 3))
    return root


@pytest.fixture(name="sandbox", scope="module")
def _sandbox(victim: Path) -> Iterator[Sandbox]:
    """One sandbox for all attempts: what one does must not reach the next."""
    with Sandbox(folder=victim / "cell", expose=(victim,), namespaces=True) as sandbox:
        yield sandbox


def run(
    sandbox: Sandbox,
    *lines: str,
    timeout: float = 20.0,
    files: tuple[str, ...] = (),
    **more: object,
) -> list[StepOutcome]:
    """Run shell lines in a fresh cell."""
    work = sandbox.cell / "work"
    job = Job(
        commands=tuple(Command(("/bin/sh", "-c", line), timeout, files) for line in lines),
        cwd=work,
        environment={"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
        folders=(work,),
        **more,  # type: ignore[arg-type]
    )
    return sandbox.run(job)


@pytest.mark.parametrize("name", ATTEMPTS)
def test_stopped(sandbox: Sandbox, victim: Path, name: str) -> None:
    """The attempt does not get what it wants, and nothing outside has changed."""
    with (
        socket.socket(socket.AF_UNIX) as abstract,
        socket.create_server(("127.0.0.1", 0)) as service,
    ):
        abstract.bind("\0envparity-outside")
        abstract.listen()
        line = ATTEMPTS[name].line.replace("PORT", str(service.getsockname()[1]))
        line = line.replace("OUTSIDE", str(os.getpid()))
        before = outside(victim)
        outcome = run(sandbox, f"V={shlex.quote(str(victim))}; export V; {line}")[0]
    assert "done" not in outcome.stdout, outcome
    assert not outcome.timed_out
    assert before == outside(victim)
    assert "fine\n" == run(sandbox, "echo fine")[0].stdout


class TestProcesses:
    """No process outlives its cell, however it detaches itself."""

    @pytest.mark.parametrize(
        "line",
        [
            "sleep {mark} & echo on",
            "setsid sleep {mark} & echo on",
            "(setsid sh -c 'sleep {mark} & disown; sleep {mark}' > /dev/null 2>&1 &); echo on",
            "trap '' TERM HUP INT; nohup sleep {mark} > /dev/null 2>&1 & echo on",
        ],
    )
    def test_left_behind(self, sandbox: Sandbox, line: str) -> None:
        """What a step leaves running in the background is gone when it has ended."""
        mark = f"{os.getpid()}.75"
        outcome = run(sandbox, line.format(mark=mark))[0]
        assert ("on\n", False) == (outcome.stdout, outcome.timed_out)
        found = subprocess.run(["pgrep", "-xf", f"sleep {mark}"], check=False, capture_output=True)
        assert b"" == found.stdout

    @pytest.mark.parametrize(
        "line",
        ["kill -STOP $$", "exec >&- 2>&-; sleep 60", "trap '' TERM INT; sleep 60; sleep 60",
         "yes", "while :; do :; done"],
    )  # fmt: skip
    def test_time(self, sandbox: Sandbox, line: str) -> None:
        """A step that stops, hides, ignores signals or never ends is ended at its time limit."""
        began = time.monotonic()
        outcome = run(sandbox, line, timeout=1.0)[0]
        assert outcome.timed_out
        assert time.monotonic() - began < 20

    def test_fork_bomb(self, sandbox: Sandbox) -> None:
        """A fork bomb ends at the limit, and the next cell has nothing of it."""
        limits = {**LIMITS, "processes": 100}
        bomb = python("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")
        if os.geteuid() == 0:  # whom RLIMIT_NPROC does not bind
            with pytest.raises(SandboxError, match="it started more than 100 processes, and was"):
                run(sandbox, bomb, limits=limits)
        else:
            assert run(sandbox, bomb, limits=limits, timeout=2.0)[0].timed_out
        assert int(run(sandbox, "ls -d /proc/[0-9]* | wc -l")[0].stdout) < 10


class TestSize:
    """Output, files, memory and messages are bounded."""

    def test_output(self, sandbox: Sandbox) -> None:
        """Output without end is cut off, on both channels."""
        limits = {**LIMITS, "output": 10_000}
        outcome = run(sandbox, "yes & yes >&2", limits=limits, timeout=1.0)[0]
        assert outcome.truncated
        assert (10_000, 10_000) == (len(outcome.stdout), len(outcome.stderr))

    def test_file(self, sandbox: Sandbox) -> None:
        """One file ends at the limit."""
        limits = {**LIMITS, "file": 1 << 20}
        line = "head -c 8388608 /dev/zero > f; stat -c %s f"
        assert f"{1 << 20}\n" == run(sandbox, line, limits=limits)[0].stdout

    def test_many_files(self, sandbox: Sandbox) -> None:
        """The private folders hold so many files, and no more."""
        limits = {**LIMITS, "files": 100}
        line = "touch $(seq 500) 2> /dev/null; ls | wc -l"
        assert int(run(sandbox, line, limits=limits)[0].stdout) < 100

    def test_full_cell(self, sandbox: Sandbox) -> None:
        """The private folders hold so many bytes, and no more."""
        limits = {**LIMITS, "memory": 1 << 20}
        line = "for i in $(seq 8); do head -c 1048576 /dev/zero > $i; done; du -sk . | cut -f1"
        assert int(run(sandbox, line, limits=limits)[0].stdout) <= 1024

    @pytest.mark.parametrize(
        ("line", "limit", "words"),
        [
            ("for i in $(seq 8); do head -c 8388608 /dev/zero > $i; sleep 0.2; done; sleep 9",
             {"disk": 16 << 20}, "wrote more than 16 MiB"),
            ("mkdir d; i=0; while :; do i=$((i+1)); : > d/$i; done",
             {"files": 2000}, "made more than 2000 files"),
        ],
    )  # fmt: skip
    def test_what_a_builder_writes(
        self, sandbox: Sandbox, victim: Path, line: str, limit: dict[str, int], words: str
    ) -> None:
        """What is written outside of the cell, where a builder may, is bounded as well."""
        place = victim / f"writable-{'-'.join(limit)}"
        place.mkdir()
        mounts = (Bind(sandbox.cell / "out", place, writable=True),)
        with pytest.raises(SandboxError, match=f"it {words}, and was stopped"):
            run(sandbox, f"cd {sandbox.cell}/out; {line}", mounts=mounts,
                limits={**LIMITS, **limit})  # fmt: skip

    def test_memory(self, sandbox: Sandbox) -> None:
        """A process that allocates without end gets no more, and is the first to be killed."""
        hog = python("print(open('/proc/self/oom_score_adj').read()); bytearray(1 << 30)")
        outcome = run(sandbox, hog, limits={**LIMITS, "heap": 256 << 20})[0]
        assert int(outcome.stdout) >= 800
        assert "MemoryError" in outcome.stderr

    def test_files_that_are_compared(self, sandbox: Sandbox) -> None:
        """Of the files that a step asked to have compared no more is read than of its output."""
        limits = {**LIMITS, "output": 1000}
        line = "for i in 1 2 3 4 5; do head -c 600 /dev/zero > f$i; done"
        outcome = run(sandbox, line, limits=limits, files=("f*",))[0]
        assert [600, 400, 0, 0, 0] == [len(outcome.files[f"f{i}"]) for i in range(1, 6)]


class TestNames:
    """What lies in a working directory leads the harness nowhere."""

    def test_special_files(self, sandbox: Sandbox) -> None:
        """A FIFO, a socket, a link to / and one to itself are named, and not opened."""
        made = python("import socket; socket.socket(socket.AF_UNIX).bind('socket')")
        line = f"mkfifo fifo; {made}; ln -s / root; ln -s loop loop; ln -s /etc/passwd secret"
        assert {
            "fifo": "a p entry", "socket": "a s entry", "root": "link to /", "loop": "link to loop",
            "secret": "link to /etc/passwd",
        } == run(sandbox, line, files=("*",))[0].files  # fmt: skip

    def test_names(self, sandbox: Sandbox) -> None:
        """Names with a newline, another script's letters, or bytes that are no text come back."""
        line = "touch 'one\ntwo' '前' \"$(printf 'a\\377')\""
        assert {"one\ntwo", "前", "a\udcff"} == set(run(sandbox, line, files=("*",))[0].files)

    def test_link_loops(self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        """Folders that lead into themselves keep nobody busy for long."""
        line = "for i in $(seq 12); do ln -s . l$i; done"
        server = "import envparity._sandbox_server as s; s.READING = 1.0; "
        monkeypatch.setattr("envparity.sandbox.SERVER", _server_with(server))
        with Sandbox(folder=sandbox.cell, expose=(), namespaces=True) as impatient:
            began = time.monotonic()
            with pytest.raises(SandboxError, match="made more files than can be read in time"):
                run(impatient, line, files=("**/nothing",))
            assert time.monotonic() - began < 20


def _server_with(statements: str) -> str:
    from envparity.sandbox import SERVER

    return SERVER.replace(
        "from envparity._sandbox_server", f"{statements}from envparity._sandbox_server"
    )


class TestNextCell:
    """A cell inherits nothing from the one before."""

    def test_ipc(self, sandbox: Sandbox) -> None:
        """Shared memory, queues and semaphores of System V are gone."""
        first = run(sandbox, "ipcmk -M 4096 && ipcmk -Q && ipcmk -S 1")[0]
        assert 0 == first.exit
        count = "ipcs | grep -c ^0x"
        assert "0\n" == run(sandbox, count)[0].stdout

    def test_keyring(self, sandbox: Sandbox) -> None:
        """A key that a step puts into the session's keyring is not in ours."""
        add = (
            "import ctypes; libc = ctypes.CDLL(None);"
            "print(libc.syscall(248, b'user', b'envparity-vandal', b'x', 1, -3) > 0)"
        )
        assert run(sandbox, python(add))[0].stdout in {"True\n", "False\n"}
        search = ctypes.CDLL(None).syscall(250, 10, -3, b"user", b"envparity-vandal", 0)
        assert -1 == search

    def test_files(self, sandbox: Sandbox) -> None:
        """What was left in the private folders is gone."""
        lines = "touch /tmp/x /var/tmp/x /dev/shm/x ../y $HOME/z; ls /tmp /var/tmp /dev/shm .."
        first, second = (run(sandbox, lines)[0].stdout for _ in range(2))
        assert first == second
