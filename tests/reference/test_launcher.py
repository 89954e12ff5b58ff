"""bin/pythonX.Y is the interpreter at a prefix of its own, however it is started."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from reference import build, interpreter, launcher
from reference.errors import BuildError
from reference.interpreter import Interpreter
from reference.store import Store

from .conftest import python_of, run


def is_python(base: Interpreter) -> bool:
    """Is the launcher of this base a Python itself, and does not execute one?"""
    return bool(base.libpython or base.archive)


IDENTITY = "import sys; print(sys.prefix); print(sys.exec_prefix); print(sys.executable)"


@pytest.mark.parametrize(
    "name", ["foo", "", "-python3", "/nonexistent/x", "./x", "python"], ids=repr
)
def test_any_name(environment: Path, base: Interpreter, name: str) -> None:
    """Whatever argv[0] says, the prefix is the environment's."""
    python = python_of(environment, base)
    lines = run([name, "-c", IDENTITY], executable=python).split("\n")
    assert lines[:2] == [str(environment)] * 2


def test_executable_is_what_vanilla_says(environment: Path, base: Interpreter) -> None:
    """An unknown name leaves sys.executable empty where the launcher is linked."""
    python = python_of(environment, base)
    executable = run(["foo", "-c", IDENTITY], executable=python).split("\n")[2]
    assert executable == ("" if is_python(base) else str(python))


def test_the_name_of_the_base(environment: Path, base: Interpreter) -> None:
    """Where argv[0] names the base's program, sys.executable names the environment's."""
    command = [str(base.executable), "-c", IDENTITY]
    lines = run(command, executable=python_of(environment, base)).split()
    assert lines == [str(environment)] * 2 + [str(python_of(environment, base))]


def test_a_folder_on_path(environment: Path, base: Interpreter, tmp_path: Path) -> None:
    """A folder named like the interpreter, earlier on PATH, is passed over."""
    name = f"python{base.minor}"
    (tmp_path / "d" / name).mkdir(parents=True)
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / name).touch(0o644)
    path = os.pathsep.join([f"{tmp_path}/d", f"{tmp_path}/e", "", f"{environment}/bin"])
    command = ["/usr/bin/env", name, "-c", IDENTITY]
    lines = run(command, variables={"PATH": path}).split()
    assert lines == [str(environment)] * 2 + [str(python_of(environment, base))]


def test_through_links(environment: Path, base: Interpreter, tmp_path: Path) -> None:
    """A chain of links from outside leads to the environment and keeps its own name."""
    (tmp_path / "a").symlink_to(python_of(environment, base))
    (tmp_path / "b").symlink_to("a")
    lines = run([tmp_path / "b", "-c", IDENTITY]).split()
    assert lines == [str(environment)] * 2 + [str(tmp_path / "b")]


def test_a_linked_prefix_is_kept(environment: Path, base: Interpreter, tmp_path: Path) -> None:
    """A prefix reached through a linked folder keeps that spelling, as CPython does."""
    (tmp_path / "link").symlink_to(environment)
    lines = run([python_of(tmp_path / "link", base), "-c", IDENTITY]).split()
    assert lines[0] == str(tmp_path / "link")


def test_venv(environment: Path, base: Interpreter, tmp_path: Path) -> None:
    """A venv, a copied venv of it and one more on top have the environment for a base."""
    if base.version < (3,) or not (base.prefix / base.stdlib / "venv").exists():
        pytest.skip("has no venv")
    python = python_of(environment, base)
    script = "import sys; print(sys.prefix); print(sys.base_prefix)"
    for number, option in enumerate(["--symlinks", "--copies", "--symlinks"]):
        venv = tmp_path / f"v{number}"
        run([python, "-m", "venv", "--without-pip", option, venv])
        python = venv / "bin" / "python"
        assert run([python, "-c", script]).split() == [str(venv), str(environment)]


def test_pythonhome_wins(environment: Path, base: Interpreter, tmp_path: Path) -> None:
    """PYTHONHOME is obeyed, and ignored with -E, whatever argv[0] is."""
    variables = {"PYTHONHOME": str(base.prefix)}
    python = python_of(environment, base)
    if not is_python(base):
        pytest.skip("the static launcher cannot know")
    found = run(["foo", "-c", IDENTITY], executable=python, variables=variables).split()[0]
    assert found == str(base.prefix)
    found = run(["foo", "-sE", "-c", IDENTITY], executable=python, variables=variables).split()[0]
    assert found == str(environment)


def test_no_variable_is_set(environment: Path, base: Interpreter) -> None:
    """The process sees exactly the variables that it was started with."""
    script = "import os; print(sorted(os.environ))"
    command = ["foo", "-c", script]
    expected = run([base.executable, "-c", script])
    assert run(command, executable=python_of(environment, base)) == expected


def test_it_is_the_process(environment: Path, base: Interpreter) -> None:
    """A linked launcher is /proc/self/exe, and the process has its name."""
    if not is_python(base):
        pytest.skip("executes the base")
    python = python_of(environment, base)
    script = (
        "import os; print(os.readlink('/proc/self/exe')); print(open('/proc/self/comm').read())"
    )
    assert run([python, "-c", script]).split() == [str(python), python.name[:15]]


def test_its_own_library(environment: Path, base: Interpreter) -> None:
    """A linked launcher opens the libpython of its environment, by the environment's name."""
    if base.libpython is None or base.shares_prefix:
        pytest.skip("has no libpython of its own")
    script = (
        "import ctypes, sys\n"
        "class Info(ctypes.Structure):\n"
        "    _fields_ = [('path', ctypes.c_char_p), ('base', ctypes.c_void_p),"
        " ('name', ctypes.c_char_p), ('at', ctypes.c_void_p)]\n"
        "info = Info()\n"
        "ctypes.CDLL(None).dladdr(ctypes.pythonapi.Py_GetVersion, ctypes.byref(info))\n"
        "print(info.path.decode())"
    )
    found = run([python_of(environment, base), "-c", script]).strip()
    assert found == str(environment / base.libpython.relative_to(base.prefix))


def test_static(
    base: Interpreter, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a libpython the launcher executes the base, and the prefix is right all the same."""
    alone = dataclasses.replace(base, libpython=None, archive=None)
    monkeypatch.setattr(interpreter, "ask", lambda *_: alone)
    build.build(base.executable, [], tmp_path / "env", store=store)
    python = python_of(tmp_path / "env", base)
    for name in (str(python), "foo", "", "/nonexistent/x"):
        found = run([name, "-c", IDENTITY], executable=python).split()
        assert found == [str(tmp_path / "env")] * 2 + [str(python)]


def test_a_long_path(base: Interpreter, store: Store, tmp_path: Path) -> None:
    """A prefix of a thousand bytes is as good as any."""
    output = tmp_path.joinpath(*["x" * 200] * 5)
    output.parent.mkdir(parents=True)
    build.build(base.executable, [], output, store=store)
    lines = run(["foo", "-c", IDENTITY], executable=python_of(output, base)).split("\n")
    assert lines[0] == str(output)


def test_too_long_a_path(newest: Interpreter, store: Store) -> None:
    """A path longer than the launcher can hold is an error with the number in it."""
    with pytest.raises(BuildError, match="4096 bytes"):
        launcher.make(newest, Path("/" + "x" * 4096), store)
