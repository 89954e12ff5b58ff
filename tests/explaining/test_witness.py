"""Tests of what the witness finds, in folders of this machine instead of a sandbox."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from envparity.explaining import evidence
from envparity.explaining.witness import look, main, split_options
from tests.explaining.test_trace import SHELL, execve

PYTHON = os.path.realpath(sys.executable)
ENVIRON = {"PATH": "/usr/bin:/bin", "HOME": "/nowhere", "LC_ALL": "C.UTF-8"}


def witness(folder: Path, *lines: str, **changes: Any) -> dict[str, Any]:
    """What is found when the step's only command left *lines* in its trace."""
    trace = folder / "trace"
    trace.mkdir(exist_ok=True)
    (trace / "strace.1").write_text(SHELL + "vfork() = 2\n")
    (trace / "strace.2").write_text("".join(lines))
    return look(message(folder, trace=str(trace), **changes))


def message(folder: Path, **changes: Any) -> dict[str, Any]:
    """What the witness is asked."""
    fields: dict[str, Any] = {
        "trace": None,
        "commands": [],
        "environ": ENVIRON,
        "cwd": str(folder),
        "probe": evidence._PROBE.read_text(),
        "site": str(folder / "env/lib/site-packages"),
        "prefix": str(folder / "env"),
        "installed": [],
    }
    return {**fields, **changes}


def write(path: Path, text: str, mode: int = 0o755) -> Path:
    """A file with *text*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_script_is_followed_to_the_python_of_its_shebang(tmp_path: Path) -> None:
    """The kernel starts the interpreter of the first line, and the script's text is read."""
    script = write(tmp_path / "greet", f"#!{PYTHON} -E\nimport os\nprint(1)\n")
    (one,) = witness(tmp_path, execve(str(script), "greet", "x", env=ENVIRON))["processes"]
    assert [str(script), PYTHON] == one["images"]
    assert PYTHON == one["argv0"]
    assert (f"#!{PYTHON} -E", "import os\nprint(1)\n") == (one["shebang"], one["text"])
    assert one["python"]
    assert sys.base_prefix == one["bare"]["sys.base_prefix"]
    assert PYTHON == one["full"]["/proc/self/exe"]
    assert "site" not in str(sorted(one["bare"]))
    assert one["full"]["module site"].endswith("site.py")
    assert {} == one["pyvenv.cfg"] == one["variables"]
    assert any(key.startswith("sysconfig ") for key in one["full"])


def test_a_wrapper_is_seen_by_what_it_executes_and_exports(tmp_path: Path) -> None:
    """The variables are those that the step did not have, without the shell's own."""
    wrapper = write(tmp_path / "python", f'#!/bin/sh\nexec {PYTHON} "$@"\n')
    given = {**ENVIRON, "PYTHONPATH": "/x", "SHLVL": "1"}
    del given["HOME"]
    (one,) = witness(
        tmp_path,
        execve(str(wrapper), "python", "-c", "1", env=ENVIRON),
        execve(PYTHON, "python", "-c", "1", env=given),
    )["processes"]
    assert [str(wrapper), "/bin/sh", PYTHON] == one["images"]
    assert {"PYTHONPATH": "/x", "HOME": "(not set)"} == one["variables"]
    assert "/x" in one["full"].values()
    assert "(no script)" == one["shebang"]
    assert "script" not in one


def test_a_venv_and_its_pth_files_are_read(tmp_path: Path) -> None:
    """pyvenv.cfg above the program, the .pth files of its site-packages, sitecustomize."""
    venv = tmp_path / "v"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(PYTHON)
    home = Path(PYTHON).parent
    write(venv / "pyvenv.cfg", f"home = {home}\ninclude-system-site-packages = false\n")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = venv / "lib" / version / "site-packages"
    write(packages / "a.pth", "import sys\n")
    write(packages / "sitecustomize.py", "x = 1\n")
    python = str(venv / "bin" / "python")
    (one,) = witness(tmp_path, execve("v/bin/python", python, "-m", "site", env=ENVIRON))[
        "processes"
    ]
    assert [str(venv / "pyvenv.cfg")] == list(one["pyvenv.cfg"])
    assert str(venv) == one["full"]["sys.prefix"]
    assert {str(packages / "a.pth"): "import sys\n"} == one["pth"]
    # Debian's own Python has one beside its standard library, which comes first.
    debian = Path(sysconfig.get_path("stdlib")) / "sitecustomize.py"
    first = debian if debian.exists() else packages / "sitecustomize.py"
    assert {str(first): first.read_text()} == one["customize"]
    assert "-m" == one["runs"]


def test_a_shebang_that_leads_nowhere(tmp_path: Path) -> None:
    """What the kernel said is kept, and where the shebang was cut."""
    script = write(tmp_path / "headed", "#!/no such/python\n")
    (one,) = witness(
        tmp_path, execve(str(script), "headed", env=ENVIRON, result="-1 ENOENT (No such file)")
    )["processes"]
    assert [str(script), "/no"] == one["images"]
    assert ("ENOENT", "#!/no such/python", False) == (one["error"], one["shebang"], one["python"])


@pytest.mark.parametrize("text", ["import os\n", "#!\n"])
def test_a_program_without_shebang(tmp_path: Path, text: str) -> None:
    """The shell runs it itself when the kernel does not."""
    script = write(tmp_path / "greet", text)
    (one,) = witness(
        tmp_path,
        execve(str(script), "greet", env=ENVIRON, result="-1 ENOEXEC (Exec format error)"),
        execve("/bin/true", "/bin/sh", "greet", env=ENVIRON),
    )["processes"]
    assert "ENOEXEC" == one["error"]
    assert not one["python"]


def test_scripts_that_run_scripts_without_end(tmp_path: Path) -> None:
    """The kernel gives up after a few, and so does the witness."""
    script = tmp_path / "loop"
    write(script, f"#!{script}\n")
    (one,) = witness(tmp_path, execve(str(script), "loop", env=ENVIRON))["processes"]
    assert 5 == len(one["images"])


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    """It is said so instead of an error."""
    (one,) = witness(
        tmp_path, execve("/nowhere/python", "python", env=ENVIRON, result="-1 ENOENT (No)")
    )["processes"]
    assert "/nowhere/python (no such file)" == one["command"]
    assert ("", False) == (one["error"], one["python"])


def test_a_python_that_does_not_start(tmp_path: Path) -> None:
    """Its last words are evidence."""
    broken = {**ENVIRON, "PYTHONHOME": "/nowhere"}
    (one,) = witness(tmp_path, execve(PYTHON, "python", "x.py", env=broken))["processes"]
    assert {"(failed)"} == set(one["bare"]) == set(one["full"])
    assert str(tmp_path / "x.py") == one["script"]
    assert "" == one["text"]


def test_a_python_that_cannot_be_executed(tmp_path: Path) -> None:
    """What stands in the way is told."""
    fake = tmp_path / "python"
    fake.write_bytes(b"\x7fELF no more")
    fake.chmod(0o755)
    (one,) = witness(tmp_path, execve(str(fake), env=ENVIRON))["processes"]
    assert "Exec format error" in one["bare"]["(not started)"]


def test_without_a_trace_commands_are_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is what PATH has; what it has not is passed over."""
    monkeypatch.chdir(tmp_path)
    python = write(tmp_path / "bin" / "tool", f"#!{PYTHON}\n")
    found = look(
        message(
            tmp_path,
            commands=[["tool", "x"], ["nothing"], ["bin/tool"]],
            environ={"PATH": str(python.parent)},
        )
    )
    assert not found["traced"]
    assert [str(python), str(python)] == [one["command"] for one in found["processes"]]


def test_without_a_trace_a_wrapper_is_seen_by_what_comes_out_of_it(tmp_path: Path) -> None:
    """The Python behind it knows its name, its variables and its program."""
    wrapper = write(tmp_path / "python3", f'#!/bin/bash\nexport X=1\nexec -a other {PYTHON} "$@"\n')
    (one,) = look(message(tmp_path, commands=[[str(wrapper), "-c", "1"]]))["processes"]
    assert [str(wrapper), "/bin/bash", PYTHON] == one["images"]
    assert ("other", {"X": "1"}) == (one["argv0"], one["variables"])
    write(wrapper, "#!/bin/sh\nexit 3\n")
    (one,) = look(message(tmp_path, commands=[[str(wrapper), "-c", "1"]]))["processes"]
    assert ("?", {}) == (one["argv0"], one["variables"])


def test_children_are_described_down_to_a_depth(tmp_path: Path) -> None:
    """Whom a program starts belongs to it."""
    trace = tmp_path / "trace"
    trace.mkdir()
    (trace / "strace.1").write_text(SHELL + "vfork() = 2\n")
    for number in range(2, 8):
        (trace / f"strace.{number}").write_text(
            execve("/bin/true", str(number), env=ENVIRON) + f"vfork() = {number + 1}\n"
        )
    (one,) = look(message(tmp_path, trace=str(trace)))["processes"]
    depth = 0
    while one["children"]:
        (one,) = one["children"]
        depth += 1
    assert 3 == depth


def test_installed_files_are_those_of_the_records(tmp_path: Path) -> None:
    """Missing ones, links, linked folders and modes are told apart."""
    env = tmp_path / "env"
    packages = env / "lib/site-packages"
    record = "a.py,,\nlinked.py,,\nfolder/b.py,,\n../../bin/run,,\ngone.py,,\nlost.py,,\n"
    write(packages / "x-1.dist-info/RECORD", record)
    write(packages / "a.py", "1\n", 0o644)
    (packages / "linked.py").symlink_to("a.py")
    (packages / "lost.py").symlink_to("nowhere")
    write(tmp_path / "store/b.py", "", 0o644)
    (packages / "folder").symlink_to(tmp_path / "store")
    write(env / "bin/run", "")
    found = look(message(tmp_path, installed=None))["installed"]
    assert {
        "a.py": "file",
        "linked.py": "file, a link",
        "folder/b.py": "file, in a linked folder",
        "../../bin/run": "executable",
        "gone.py": "missing",
        "lost.py": "a link to nowhere",
    } == {name: one["kind"] for name, one in found.items()}
    assert str(env / "bin/run") == found["../../bin/run"]["path"]
    again = look(message(tmp_path, installed=["a.py"]))["installed"]
    assert {"a.py": {"path": str(packages / "a.py"), "kind": "file", "text": "1\n"}} == again


@pytest.mark.parametrize(
    ("words", "options", "kind", "rest"),
    [
        ("-c code x", "", "-c", "code x"),
        ("-Ic code", "-I", "-c", "code"),
        ("-E -s script -v", "-E -s", "script", "script -v"),
        ("-W error -Xdev -m site -h", "-W error -Xdev", "-m", "site -h"),
        ("--check-hash-based-pycs always x", "--check-hash-based-pycs always", "script", "x"),
        ("--help", "--help", "standard input", ""),
        ("- x", "", "standard input", "- x"),
        ("", "", "standard input", ""),
        ("-W", "-W", "standard input", ""),
    ],
)
def test_options(words: str, options: str, kind: str, rest: str) -> None:
    """Python's own options end where what it runs is named."""
    assert (options.split(), kind, rest.split()) == split_options(words.split())


def test_main(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON object in, one out."""
    monkeypatch.setattr(sys, "argv", ["-c", json.dumps(message(tmp_path))])
    main()
    assert {"traced": False, "processes": [], "installed": {}} == json.loads(
        capsys.readouterr().out
    )
