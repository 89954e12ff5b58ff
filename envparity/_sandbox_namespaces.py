"""The kernel's side of the sandbox: namespaces, mounts and capabilities, by system call.

The sandbox server alone imports this; like it, it needs the standard library and nothing else.
What the calls mean is in unshare(2), mount_namespaces(7), user_namespaces(7), pivot_root(2),
mount_setattr(2) and prctl(2).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import struct
from collections.abc import Mapping
from typing import Any

Job = Mapping[str, Any]

LIBC = ctypes.CDLL(None, use_errno=True)

# Numbers of <linux/sched.h>, <sys/mount.h> and <linux/prctl.h>; os.unshare is 3.12's.
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18
MNT_DETACH = 2
AT_FDCWD, AT_RECURSIVE = -100, 0x8000
MOUNT_ATTR_RDONLY, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NODEV = 1, 2, 4
KEYCTL_JOIN_SESSION_KEYRING = 1
SYS_MOUNT_SETATTR = 442
SYS_KEYCTL = {"x86_64": 250, "aarch64": 219, "riscv64": 219, "ppc64le": 271, "s390x": 280}
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "riscv64": 41, "ppc64le": 203, "s390x": 217}
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38

#: The user whom every step and every builder sees itself as. Not root: root may write read-only
#: files, and pip, site and ssh behave differently for root.
STEP_UID = 1000

#: Directories that a job sees empty and private, but for what is exposed below them.
PRIVATE = ("/tmp", "/var/tmp", "/run")

#: Below /proc: what belongs to the whole machine. Its files are root's, and a step is root to them
#: where root runs envparity, capability or not.
MACHINE = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi", "mtrr")

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


def set_attributes(path: str, *, set_: int = 0, clear: int = 0, recursive: bool = True) -> None:
    """Set and clear attributes of the mount at *path*, and of those below it."""
    attributes = MountAttr(set_, clear, 0, 0)
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


def set_read_only(path: str, *, read_only: bool = True, recursive: bool = True) -> None:
    """Make the mount at *path* (and those below it) read-only, or writable again."""
    set_attributes(
        path,
        set_=MOUNT_ATTR_RDONLY if read_only else 0,
        clear=0 if read_only else MOUNT_ATTR_RDONLY,
        recursive=recursive,
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
    # What is put into a session's keyring would outlast us (keyrings(7)).
    LIBC.syscall(SYS_KEYCTL.get(os.uname().machine, -1), KEYCTL_JOIN_SESSION_KEYRING, None)
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
            # A device file may lie anywhere, in a chroot's /dev say.
            set_attributes(target, set_=MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
    for directory in PRIVATE:
        if os.path.isdir(f"/old{directory}") and not os.path.islink(f"/old{directory}"):
            os.makedirs(directory, exist_ok=True)
            mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    make_devices()
    for path in sorted(expose):
        if any(path.startswith(directory + "/") for directory in (*PRIVATE, "/dev/shm")):
            os.makedirs(path, exist_ok=True)
            mount(f"/old{path}", path, "", MS_BIND | MS_REC)
            set_attributes(path, set_=MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)
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
    for name in MACHINE if job["root"] else ():
        if os.path.exists(f"/proc/{name}"):
            mount(f"/proc/{name}", f"/proc/{name}", "", MS_BIND | MS_REC)
            set_read_only(f"/proc/{name}")
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
