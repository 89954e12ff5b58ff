"""Tests of what is read from strace's files."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.explaining.trace import Exec, children, processes


def quoted(text: str) -> str:
    """*text* as `strace -xx` writes it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in text.encode()) + '"'


def execve(path: str, *argv: str, env: dict[str, str] | None = None, result: str = "0") -> str:
    """The line of one execve."""
    words = ", ".join(map(quoted, argv))
    variables = ", ".join(quoted(f"{name}={value}") for name, value in (env or {}).items())
    return f"execve({quoted(path)}, [{words}], [{variables}]) = {result}\n"


SHELL = execve("/bin/sh", "/bin/sh", "-c", "a; b")
MISSING = "-1 ENOENT (No such file or directory)"


def test_the_commands_of_the_shell_in_their_order() -> None:
    """Each child of the shell is a command; the shell is none."""
    found = processes(
        {
            10: SHELL
            + "clone(child_stack=NULL, flags=0) = 11\nvfork() = 12\nclone3({}, 88) = 13\n",
            11: execve("/bin/a", "a", "é", env={"X": "a=b"}),
            12: execve("/bin/b", "b"),
            13: execve("/bin/c", "c"),
        },
        "/cell/work",
    )
    assert ["/bin/a", "/bin/b", "/bin/c"] == [one.execs[0].path for one in found]
    assert Exec("/bin/a", ["a", "é"], {"X": "a=b"}, "/cell/work") == found[0].execs[0]


def test_a_shell_that_becomes_its_last_command() -> None:
    """What it started before comes first, and what it starts then is the command's child."""
    found = processes(
        {
            1: SHELL + "vfork() = 2\n" + execve("/bin/b", "b") + "vfork() = 3\n",
            2: execve("/bin/a", "a"),
            3: execve("/bin/c", "c"),
        },
        "/",
    )
    assert ["/bin/a", "/bin/b"] == [one.execs[0].path for one in found]
    assert ["/bin/c"] == [one.execs[0].path for one in children(found[1])]


def test_a_wrapper_is_one_process_that_executes_twice() -> None:
    """Whom it starts on the way is its own affair."""
    found = processes(
        {
            1: SHELL + "vfork() = 2\n",
            2: execve("/bin/w", "w") + "vfork() = 3\n" + execve("/bin/.w", "w") + "vfork() = 4\n",
            3: execve("/bin/dirname", "dirname"),
            4: execve("/bin/child", "child"),
        },
        "/",
    )
    assert ["/bin/w", "/bin/.w"] == [one.path for one in found[0].execs]
    assert ["/bin/child"] == [one.execs[0].path for one in children(found[0])]


def test_a_subshell_stands_for_whom_it_starts() -> None:
    """It executes nothing itself."""
    found = processes(
        {1: SHELL + "clone() = 2\n", 2: "clone() = 3\n", 3: execve("/bin/a", "a")}, "/"
    )
    assert ["/bin/a"] == [one.execs[0].path for one in found]


def test_paths_are_relative_to_where_the_process_is() -> None:
    """A folder is changed for the process and for those it starts later."""
    chdir = f"chdir({quoted('sub')}) = 0\nchdir({quoted('/gone')}) = {MISSING}\n"
    found = processes(
        {1: SHELL + chdir + "vfork() = 2\n", 2: execve("./v/bin/python", "python")}, "/cell/work"
    )
    assert "/cell/work/sub/./v/bin/python" == found[0].execs[0].path
    assert "/cell/work/sub" == found[0].execs[0].cwd


def test_the_search_along_path_is_left_out(tmp_path: Path) -> None:
    """What failed for want of a file was a question; what failed otherwise is the matter."""
    script = tmp_path / "script"
    script.touch()
    tries = execve("/nowhere/a", "a", result=MISSING)
    found = processes(
        {
            1: SHELL + "vfork() = 2\nvfork() = 3\nvfork() = 4\n",
            2: tries + execve("/bin/a", "a"),
            3: tries + execve("/nowhere/b", "b", result=MISSING),
            4: execve(str(script), "s", result="-1 ENOEXEC (Exec format error)") + SHELL,
        },
        "/",
    )
    assert [["/bin/a"], ["/nowhere/b"], [str(script), "/bin/sh"]] == [
        [one.path for one in process.execs] for process in found
    ]
    assert ["", "ENOENT", "ENOEXEC"] == [process.execs[0].error for process in found]


@pytest.mark.parametrize("files", [{}, {1: ""}, {1: "+++ killed by SIGKILL +++\n"}])
def test_no_trace(files: dict[int, str]) -> None:
    """Where nothing was seen there are no commands."""
    assert [] == processes(files, "/")


def test_a_call_that_did_not_return_is_left_out() -> None:
    """A process may be killed in the middle of one, and threads have no file of their own."""
    line = execve("/bin/a", "a", result="?")
    assert [] == processes({1: SHELL + "clone() = 7\nclone() = 2\n", 2: line}, "/")
