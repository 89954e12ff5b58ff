"""The sandbox server: a small process that runs jobs where they can do no harm.

`envparity.sandbox` starts one server per worker, with `-I -S`, and speaks JSON lines with it. This
file and `_sandbox_namespaces.py` import the standard library alone, so that the process stays
small: forking it costs a millisecond, and a cell is one fork.

First line in::

    {"mode": "namespaces" | "plain", "cell": "/cell", "expose": ["/tmp/checkout", ...],
     "limits": {...}}

First line out: ``{"ready": true}``, or ``{"ready": false, "why": "..."}`` and the end.

Every further line in is a job, every further line out its answer::

    {"mounts": [{"kind": "overlay", "target": T, "lower": [UPPERMOST, ..., LOWEST]},
                {"kind": "bind", "target": T, "source": S, "writable": false}],
     "folders": ["/cell/work"], "links": [[PATH, TARGET]], "copies": [[SOURCE, TARGET]],
     "steps": [{"argv": [...], "timeout": 60.0, "files": ["*.txt"]}],
     "cwd": "/cell/work", "environment": {...},
     "limits": {"output": BYTES, "file": BYTES, "files": COUNT, "memory": BYTES,
                "heap": BYTES, "disk": BYTES, "processes": COUNT}}

    {"steps": [{"exit": 0, "stdout": LATIN1, "stderr": LATIN1, "timed_out": false,
                "truncated": false, "files": {LATIN1: LATIN1}, "seconds": 0.01,
                "processor": 0.01}]}
    with "excess": "used too much of something" in a step that was stopped for it
    or {"error": "..."}

With namespaces (unshare(2)) the server owns a user, mount, network, IPC and UTS namespace whose
root is a read-only view of the machine's, with private /tmp, /var/tmp, /run and /dev. Each job
gets a mount, a PID and an IPC namespace of its own and runs as an ordinary user (1000) of one more
user namespace, in which it holds no capability over any mount: what is read-only stays so, and the
death of the job's first process is the death of all. Outside namespaces ("plain") a job is only a
process tree that is killed when it ends.

Everything dies with the process that asked for it (PR_SET_PDEATHSIG), and mounts with the
namespace they are in, so that nothing has to be cleaned up after a SIGKILL.
"""

from __future__ import annotations

import glob
import json
import os
import resource
import selectors
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from envparity._sandbox_limits import (
    INTERVAL,
    READING,
    TooSlowError,
    Usage,
    limit_usage,
    patience,
    time_limit,
)
from envparity._sandbox_namespaces import (
    CLONE_NEWIPC,
    CLONE_NEWNS,
    CLONE_NEWPID,
    LIBC,
    PR_SET_CHILD_SUBREAPER,
    Job,
    SetupError,
    die_with_parent,
    drop_to_user,
    enter_namespaces,
    prepare_cell,
    unshare,
)


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


def kill_all() -> None:
    """Kill every process of this PID namespace but ourselves, its first."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_leftovers(*, isolated: bool) -> None:
    """End every process the step left behind and reap them all."""
    while True:
        if isolated:
            kill_all()
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


def run_step(step: Job, job: Job, usage: Usage | None) -> dict[str, Any]:
    """Run one step to its end or its limits; its background processes end with it.

    *usage* watches the job where it is isolated, and is None where it is not.
    """
    began, used = time.monotonic(), processor_time()
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
        answer.update(exit=127, stdout="", stderr=words, seconds=0.0, processor=0.0)
        return answer
    follow(process, answer, began + step["timeout"], limit, usage)
    try:
        with time_limit(READING):
            answer["files"] = read_files(job["cwd"], step["files"], limit)
    except TooSlowError:
        answer["excess"] = "made more files than can be read in time"
    answer["seconds"] = time.monotonic() - began
    answer["processor"] = processor_time() - used
    return answer


def processor_time() -> float:
    """Seconds of processor time of all that was reaped so far; it is asked when nothing runs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def follow(
    process: subprocess.Popen[bytes],
    answer: dict[str, Any],
    deadline: float,
    limit: int,
    usage: Usage | None,
) -> None:
    """Take down what *process* prints until it and all that it started have ended."""
    assert process.stdout is not None
    assert process.stderr is not None
    taken = {"stdout": bytearray(), "stderr": bytearray()}
    finished = stopped = False
    look = time.monotonic()
    with selectors.DefaultSelector() as selector:
        waiter = os.pidfd_open(process.pid)
        selector.register(process.stdout, selectors.EVENT_READ, "stdout")
        selector.register(process.stderr, selectors.EVENT_READ, "stderr")
        selector.register(waiter, selectors.EVENT_READ, "end")
        while len(selector.get_map()) > 0:
            events = selector.select(None if finished or stopped else patience(deadline))
            now = time.monotonic()
            # What prints without end is never idle: the time is looked at in any case.
            if not (finished or stopped) and now >= deadline:
                answer["timed_out"] = stopped = True
                process.kill()
            if usage is not None and not (finished or stopped) and now >= look + INTERVAL:
                look = now
                if words := usage.excess():
                    answer["excess"], stopped = words, True
                    kill_all()
            for key, _ in events:
                if key.data == "end":
                    selector.unregister(waiter)
                    finished = True
                    answer["exit"] = os.waitstatus_to_exitcode(os.waitpid(process.pid, 0)[1])
                    process.returncode = answer["exit"]
                    kill_leftovers(isolated=usage is not None)
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


def read_files(folder: str, patterns: list[str], limit: int) -> dict[str, str]:
    """The contents of the files below *folder* that match, or what kind of thing they are.

    Names are bytes as well, and travel as Latin-1. Beyond *limit* bytes, of all files together,
    a file is cut off.
    """
    found: dict[str, str] = {}
    for pattern in patterns:
        for name in sorted(glob.glob(os.fsencode(pattern), root_dir=os.fsencode(folder),
                                     recursive=True)):  # fmt: skip
            path = os.path.join(os.fsencode(folder), name)
            try:
                data = content_of(path, limit)
            except OSError as error:
                data = f"unreadable: {error.strerror}".encode()
            limit -= len(data)
            found[name.decode("latin-1")] = data.decode("latin-1")
    return found


def content_of(path: bytes, limit: int) -> bytes:
    """The first *limit* bytes of a file; of anything else, what it is."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return b"link to " + os.readlink(path)
    if not stat.S_ISREG(mode):
        return f"a {stat.filemode(mode)[0]} entry".encode()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        return file.read(limit)


def run_job(job: Job, *, isolated: bool) -> dict[str, Any]:
    lay_out(job)
    os.umask(0o022)
    limit_usage(job["limits"])
    writable = [mount["target"] for mount in job["mounts"] if mount.get("writable")]
    usage = Usage(job["limits"], writable) if isolated else None
    results = []
    for step in job["steps"]:
        results.append(run_step(step, job, usage))
        if results[-1]["timed_out"] or "excess" in results[-1]:
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
    except Exception as error:  # whatever a job has made happen, somebody waits for an answer
        result = {"error": f"{type(error).__name__}: {error}"}
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
                unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC, "the job's namespaces")
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
    root = os.geteuid() == 0  # to whom files of the machine in /proc belong
    if namespaces:
        try:
            enter_namespaces(setup["cell"], setup["expose"])
            probe = {
                "root": root,
                "mounts": [],
                "folders": [],
                "links": [],
                "copies": [],
                "steps": [],
                "limits": setup["limits"],
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
        job = {**json.loads(line), "root": root}
        fork_job(job, setup["cell"], output, namespaces=namespaces)
