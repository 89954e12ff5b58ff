"""The sandbox server: a small process that runs jobs where they can do no harm.

`envparity.sandbox` starts one server per worker (`python -I -S _sandbox_server.py`) and speaks
JSON lines with it. This file imports the standard library alone and never imports envparity, so
that the process stays small: forking it costs a millisecond, and a cell is one fork.

First line in::

    {"mode": "namespaces" | "plain", "cell": "/cell", "expose": ["/tmp/checkout", ...]}

First line out: ``{"ready": true}``, or ``{"ready": false, "why": "..."}`` and the end.

Every further line in is a job, every further line out its answer::

    {"mounts": [{"kind": "overlay", "target": T, "lower": [UPPERMOST, ..., LOWEST]},
                {"kind": "bind", "target": T, "source": S, "writable": false}],
     "folders": ["/cell/work"], "links": [[PATH, TARGET]], "copies": [[SOURCE, TARGET]],
     "steps": [{"argv": [...], "timeout": 60.0, "files": ["*.txt"]}],
     "cwd": "/cell/work", "environment": {...},
     "limits": {"output": BYTES, "file": BYTES, "files": COUNT, "memory": BYTES}}

    {"steps": [{"exit": 0, "stdout": LATIN1, "stderr": LATIN1, "timed_out": false,
                "truncated": false, "files": {NAME: LATIN1}, "seconds": 0.01}]}
    or {"error": "..."}

With namespaces (unshare(2)) the server owns a user, mount, network, IPC and UTS namespace whose
root is a read-only view of the machine's, with private /tmp, /var/tmp, /run and /dev. Each job
gets a mount and a PID namespace of its own and runs as an ordinary user (1000) of one more user
namespace, in which it holds no capability over any mount: what is read-only stays so, and the
death of the job's first process is the death of all. Outside namespaces ("plain") a job is only a
process tree that is killed when it ends.

Everything dies with the process that asked for it (PR_SET_PDEATHSIG), and mounts with the
namespace they are in, so that nothing has to be cleaned up after a SIGKILL.
"""

from __future__ import annotations

import ctypes
import fcntl
import glob
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Job = Mapping[str, Any]

LIBC = ctypes.CDLL(None, use_errno=True)

# Numbers of <linux/sched.h>, <sys/mount.h> and <linux/prctl.h>; os.unshare is 3.12's.
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18
MNT_DETACH = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY = 1
SYS_MOUNT_SETATTR = 442
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

#: The user whom every step and every builder sees itself as. Not root: root may write read-only
#: files, and pip, site and ssh behave differently for root.
STEP_UID = 1000

#: Directories that a job sees empty and private, but for what is exposed below them.
PRIVATE = ("/tmp", "/var/tmp", "/run")

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")


class SetupError(Exception):
    """A system call refused something that the sandbox needs."""


def check(result: int, what: str) -> None:
    """Raise `SetupError` naming *what* if a C function *result* says that it failed."""
    if result != 0:
        number = ctypes.get_errno()
        raise SetupError(f"{what}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int = 0, data: str = "") -> None:
    check(
        LIBC.mount(
            os.fsencode(source), os.fsencode(target), os.fsencode(kind), flags, os.fsencode(data)
        ),
        f"mount {kind or 'bind'} on {target}",
    )


class MountAttr(ctypes.Structure):
    """`struct mount_attr` of mount_setattr(2)."""

    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clear", "propagation", "userns")]


def set_read_only(path: str, *, read_only: bool = True, recursive: bool = True) -> None:
    """Make the mount at *path* (and those below it) read-only, or writable again."""
    attributes = MountAttr(
        MOUNT_ATTR_RDONLY if read_only else 0, 0 if read_only else MOUNT_ATTR_RDONLY, 0, 0
    )
    check(
        LIBC.syscall(
            SYS_MOUNT_SETATTR,
            AT_FDCWD,
            os.fsencode(path),
            AT_RECURSIVE if recursive else 0,
            ctypes.byref(attributes),
            ctypes.sizeof(attributes),
        ),
        f"mount_setattr {path}",
    )


def unshare(flags: int, what: str) -> None:
    check(LIBC.unshare(flags), f"unshare {what}")


def map_user(inside: int, uid: int, gid: int) -> None:
    """Let user *uid* and group *gid* of the outer user namespace be *inside* in this one."""
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside} {uid} 1"),
        ("gid_map", f"{inside} {gid} 1"),
    ):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(line)
        except OSError as error:
            raise SetupError(f"writing {name}: {error.strerror}") from error


def die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def raise_loopback() -> None:
    """Bring up `lo` (SIOCSIFFLAGS), since a new network namespace has it down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))


def enter_namespaces(cell: str, expose: list[str]) -> None:
    """Give this process a private, read-only view of the machine with an empty *cell* folder."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(
        CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS,
        "user, mount, network, IPC and UTS namespaces",
    )
    map_user(0, uid, gid)
    raise_loopback()
    mount("none", "/", "", MS_REC | MS_PRIVATE)
    mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    os.mkdir("/tmp/old")
    number = SYS_PIVOT_ROOT.get(os.uname().machine)
    if number is None:
        raise SetupError(f"pivot_root: unknown machine {os.uname().machine}")
    check(LIBC.syscall(number, b"/tmp", b"/tmp/old"), "pivot_root")
    os.chdir("/")
    for name in sorted(os.listdir("/old")):
        source, target = f"/old/{name}", f"/{name}"
        if target in {cell, "/old", "/dev", "/proc", *PRIVATE}:
            continue
        if os.path.islink(source):
            os.symlink(os.readlink(source), target)
        elif os.path.isdir(source):
            os.mkdir(target)
            mount(source, target, "", MS_BIND | MS_REC)
    for directory in PRIVATE:
        if os.path.isdir(f"/old{directory}") and not os.path.islink(f"/old{directory}"):
            os.makedirs(directory, exist_ok=True)
            mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    make_devices()
    for path in sorted(expose):
        if any(path.startswith(directory + "/") for directory in (*PRIVATE, "/dev/shm")):
            os.makedirs(path, exist_ok=True)
            mount(f"/old{path}", path, "", MS_BIND | MS_REC)
    os.mkdir("/proc")
    # A fresh procfs is only allowed where the old one can still be seen: it goes last.
    mount("/old/proc", "/proc", "", MS_BIND | MS_REC)
    os.mkdir(cell)
    check(LIBC.umount2(b"/old", MNT_DETACH), "umount the old root")
    os.rmdir("/old")
    set_read_only("/")
    for directory in (*PRIVATE, "/dev/shm", "/dev/pts"):
        if os.path.ismount(directory):
            set_read_only(directory, read_only=False, recursive=False)


def make_devices() -> None:
    """A /dev with nothing in it that could be written to lasting effect."""
    os.mkdir("/dev")
    mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755")
    for name in DEVICES:
        if os.path.exists(f"/old/dev/{name}"):
            os.close(os.open(f"/dev/{name}", os.O_CREAT, 0o666))
            mount(f"/old/dev/{name}", f"/dev/{name}", "", MS_BIND)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"/dev/{name}")
    os.mkdir("/dev/shm")
    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    os.mkdir("/dev/pts")
    mount("devpts", "/dev/pts", "devpts", MS_NOSUID, "newinstance,ptmxmode=0666,mode=620")
    os.symlink("pts/ptmx", "/dev/ptmx")


def escaped(path: str) -> str:
    """*path* as overlayfs wants it in its option string."""
    return path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")


def prepare_cell(job: Job, cell: str) -> None:
    """Mount what the job asks for, in the mount namespace of this job alone."""
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV)
    limits = job["limits"]
    mount(
        "tmpfs",
        cell,
        "tmpfs",
        MS_NOSUID | MS_NODEV,
        f"mode=755,size={limits['memory']},nr_inodes={limits['files']}",
    )
    for entry in job["mounts"]:
        target = entry["target"]
        if entry["kind"] == "overlay":
            lower = ":".join(escaped(path) for path in entry["lower"])
            mount("overlay", target, "overlay", MS_RDONLY, f"lowerdir={lower}")
            continue
        make_mountpoint(entry["source"], target)
        mount(entry["source"], target, "", MS_BIND | MS_REC)
        if entry.get("writable"):
            set_read_only(target, read_only=False)
    for directory in (*PRIVATE, "/dev/shm"):
        # Fresh for each job. Where something is exposed below it stays as it is, but for
        # /dev/shm, which may hold the workspace: a step has no business there.
        if directory == "/dev/shm" or (os.path.isdir(directory) and not os.listdir(directory)):
            options = f"mode=1777,size={limits['memory']},nr_inodes={limits['files']}"
            mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, options)


def make_mountpoint(source: str, target: str) -> None:
    if os.path.lexists(target):
        return
    if os.path.isdir(source):
        os.makedirs(target)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT, 0o644))


def drop_to_user() -> None:
    """Become an ordinary user in one more user namespace: no capability over any mount is left."""
    unshare(CLONE_NEWUSER, "the steps' user namespace")
    map_user(STEP_UID, 0, 0)
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # /proc/1/fd would let a step write its own verdict into the answer.
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def lay_out(job: Job) -> None:
    for folder in job["folders"]:
        os.makedirs(folder, exist_ok=True)
    for path, target in job["links"]:
        if not os.path.islink(path):
            os.symlink(target, path)
    for source, target in job["copies"]:
        if os.path.isdir(source):
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy2(source, target)


def limit_usage(limits: Mapping[str, int]) -> None:
    """Bound what steps may use; the limits of the machine stay where they are lower."""
    for kind, wanted in ((resource.RLIMIT_FSIZE, limits["file"]), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def kill_leftovers(*, isolated: bool) -> None:
    """End every process the step left behind and reap them all."""
    while True:
        if isolated:
            try:
                os.kill(-1, signal.SIGKILL)
            except ProcessLookupError:
                pass
        else:
            for pid in descendants(os.getpid()):
                try:
                    os.kill(pid, signal.SIGKILL)
                except (ProcessLookupError, PermissionError):
                    pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def descendants(pid: int) -> list[int]:
    """All processes below *pid*; orphans count, since this process is their subreaper."""
    found: list[int] = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            children = [int(word) for word in file.read().split()]
    except OSError:
        children = []
    for child in children:
        found.append(child)
        found += descendants(child)
    return found


def run_step(step: Job, job: Job, *, isolated: bool) -> dict[str, Any]:
    """Run one step to its end or its time limit; its background processes end with it."""
    began = time.monotonic()
    deadline = began + step["timeout"]
    limit = job["limits"]["output"]
    answer: dict[str, Any] = {"timed_out": False, "truncated": False, "files": {}}
    try:
        process = subprocess.Popen(
            step["argv"],
            cwd=job["cwd"],
            env=job["environment"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        words = f"{step['argv'][0]}: {error.strerror}\n"
        answer.update(exit=127, stdout="", stderr=words, seconds=0.0)
        return answer
    assert process.stdout is not None
    assert process.stderr is not None
    taken = {"stdout": bytearray(), "stderr": bytearray()}
    finished = False
    with selectors.DefaultSelector() as selector:
        waiter = os.pidfd_open(process.pid)
        selector.register(process.stdout, selectors.EVENT_READ, "stdout")
        selector.register(process.stderr, selectors.EVENT_READ, "stderr")
        selector.register(waiter, selectors.EVENT_READ, "end")
        while len(selector.get_map()) > 0:
            events = selector.select(None if finished else max(0.0, deadline - time.monotonic()))
            if not events:
                answer["timed_out"] = True
                process.kill()
                deadline = time.monotonic() + 10
            for key, _ in events:
                if key.data == "end":
                    selector.unregister(waiter)
                    finished = True
                    answer["exit"] = os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])
                    process.returncode = answer["exit"]
                    kill_leftovers(isolated=isolated)
                    continue
                chunk = os.read(key.fd, 65536)
                buffer = taken[key.data]
                if not chunk:
                    selector.unregister(key.fileobj)
                elif len(buffer) < limit:
                    buffer += chunk[: limit - len(buffer)]
                    answer["truncated"] |= len(buffer) == limit
        os.close(waiter)
    process.stdout.close()
    process.stderr.close()
    for name, data in taken.items():
        answer[name] = data.decode("latin-1")
    answer["files"] = read_files(job["cwd"], step["files"], limit)
    answer["seconds"] = time.monotonic() - began
    return answer


def read_files(folder: str, patterns: list[str], limit: int) -> dict[str, str]:
    """The contents of the files below *folder* that match, or what kind of thing they are."""
    found: dict[str, str] = {}
    for pattern in patterns:
        for name in sorted(glob.glob(pattern, root_dir=folder, recursive=True)):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                found[name] = f"link to {os.readlink(path)}"
            elif stat.S_ISREG(status.st_mode):
                try:
                    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                except OSError as error:
                    found[name] = f"unreadable: {error.strerror}"
                    continue
                with open(descriptor, "rb") as file:
                    found[name] = file.read(limit).decode("latin-1")
            else:
                found[name] = f"a {stat.filemode(status.st_mode)[0]} entry"
    return found


def run_job(job: Job, *, isolated: bool) -> dict[str, Any]:
    lay_out(job)
    os.umask(0o022)
    limit_usage(job["limits"])
    results = []
    for step in job["steps"]:
        results.append(run_step(step, job, isolated=isolated))
        if results[-1]["timed_out"]:
            break
    return {"steps": results}


def answer_of(function: Callable[[], dict[str, Any]]) -> bytes:
    """What *function* returns, or its failure, as one line of JSON."""
    try:
        result = function()
    except SetupError as error:
        result = {"error": str(error)}
    except OSError as error:
        result = {"error": f"{error.filename or 'sandbox'}: {error.strerror}"}
    return json.dumps(result).encode() + b"\n"


def isolated_job(job: Job, cell: str) -> dict[str, Any]:
    prepare_cell(job, cell)
    drop_to_user()
    return run_job(job, isolated=True)


def write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def fork_job(job: Job, cell: str, output: int, *, namespaces: bool) -> None:
    """Run *job* in a child; the answer is written by the child itself."""
    child = os.fork()
    if child == 0:
        die_with_parent()
        status = 0
        try:
            if namespaces:
                unshare(CLONE_NEWNS | CLONE_NEWPID, "the job's mount and PID namespaces")
                first = os.fork()
                if first == 0:
                    die_with_parent()
                    write_all(output, answer_of(lambda: isolated_job(job, cell)))
                else:
                    status = 1 if os.waitpid(first, 0)[1] else 0
            else:
                LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
                write_all(output, answer_of(lambda: run_job(job, isolated=False)))
        except SetupError as error:
            write_all(output, json.dumps({"error": str(error)}).encode() + b"\n")
        except BrokenPipeError:
            status = 1
        os._exit(status)
    status = os.waitpid(child, 0)[1]
    if status:
        write_all(output, json.dumps({"error": "the job's first process was killed"}).encode())
        write_all(output, b"\n")


def main() -> None:
    die_with_parent()
    # Ctrl-C reaches the whole foreground group; the one who started us decides what ends. A
    # handler that does nothing, since what is ignored would stay ignored in every step.
    signal.signal(signal.SIGINT, lambda *_: None)
    output = os.dup(1)
    os.set_inheritable(output, False)
    os.dup2(2, 1)
    lines = sys.stdin.buffer
    setup = json.loads(lines.readline())
    namespaces = setup["mode"] == "namespaces"
    if namespaces:
        try:
            enter_namespaces(setup["cell"], setup["expose"])
            probe = {
                "mounts": [],
                "folders": [],
                "links": [],
                "copies": [],
                "steps": [],
                "limits": {"output": 1, "file": 1 << 20, "files": 100, "memory": 1 << 20},
            }
            reader, writer = os.pipe()
            fork_job(probe, setup["cell"], writer, namespaces=True)
            first = json.loads(os.read(reader, 65536))
            os.close(reader)
            os.close(writer)
            if "error" in first:
                raise SetupError(first["error"])
        except (SetupError, OSError) as error:
            write_all(output, json.dumps({"ready": False, "why": str(error)}).encode() + b"\n")
            return
    write_all(output, b'{"ready": true}\n')
    while line := lines.readline():
        fork_job(json.loads(line), setup["cell"], output, namespaces=namespaces)


if __name__ == "__main__":
    main()
