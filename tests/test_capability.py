"""Tests of what scenarios need, and whether it is there."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envparity.capability import (
    PROGRAMS,
    TOOLS,
    Tool,
    find_tools,
    identities,
    missing,
    other_python,
    write_tools,
)
from envparity.scenario import NEEDS
from tests.doubles import make_debian, make_interpreter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envparity.interpreter import Interpreter

OLD = make_interpreter("2.7.18")
BASE = make_interpreter("3.12.1")
NEW = make_interpreter("3.13.0")
UV = {"uv": Tool("uv", ("/opt/uv",), "one")}


def program(folder: Path, name: str) -> Path:
    """Make a program that does nothing."""
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Make a folder of programs, with all that a scenario may need, and headers."""
    for name in PROGRAMS.values():
        program(tmp_path, name)
    (tmp_path / "Python.h").touch()
    return tmp_path


def lacking(
    need: str,
    machine: Path,
    interpreter: Interpreter = BASE,
    *,
    others: Sequence[Interpreter] = (OLD, BASE),
    tools: Mapping[str, Tool] | None = None,
    namespaces: bool = True,
) -> str | None:
    """Return why a scenario with one *need* cannot run on a *machine*."""
    return missing(
        [need],
        interpreter,
        others,
        tools or {},
        namespaces=namespaces,
        system_path=[str(machine)],
    )


class TestMissing:
    """A scenario whose needs are not met is skipped with a reason."""

    @pytest.mark.parametrize("need", NEEDS)
    def test_all_there(self, need: str, machine: Path) -> None:
        """Every need of the closed list can be met."""
        base = make_interpreter(paths={"include": str(machine)})
        tools = {name: Tool(name, (name,), "") for name in TOOLS}
        assert lacking(need, machine, base, tools=tools) is None

    @pytest.mark.parametrize(
        ("need", "changes", "place"),
        [
            ("cc", {}, "this machine"),
            ("bash", {}, "this machine"),
            ("perl", {}, "this machine"),
            ("pkg-config", {}, "this machine"),
            ("awk", {}, "this machine"),
            ("cmake", {}, "this machine"),
            ("make", {}, "this machine"),
            ("uv", {}, "this machine"),
            ("virtualenv", {}, "this machine"),
            ("true-prefix", {}, "a run without namespaces"),
            ("two-pythons", {}, "this run"),
            ("ensurepip", {"has_ensurepip": False}, "3.12.1"),
            ("venv", {"has_venv": False}, "3.12.1"),
            ("python-name", {"programs": ("python3", "python3.12")}, "3.12.1"),
            ("config-script", {"programs": ("python", "python3.12")}, "3.12.1"),
            ("headers", {}, "3.12.1"),
            ("shared-libpython", {"libpython": None}, "3.12.1"),
        ],
    )
    def test_each(self, need: str, changes: dict[str, Any], place: str, tmp_path: Path) -> None:
        """What is missing is named, and where."""
        base = make_interpreter(**changes)
        reason = lacking(need, tmp_path, base, others=(base,), namespaces=False)
        assert reason == f"needs {need}, which {place} does not have"

    def test_the_first(self, tmp_path: Path) -> None:
        """Of several needs the first that is not met is named."""
        reason = missing(
            ["venv", "perl", "cc"], BASE, (), {}, namespaces=True, system_path=[str(tmp_path)]
        )
        assert reason == "needs perl, which this machine does not have"
        assert missing([], BASE, (), {}, namespaces=False, system_path=[]) is None

    def test_system_path(self, machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A program counts if steps can find it, and not if only the harness can."""
        monkeypatch.setenv("PATH", str(machine))
        (machine / "empty").mkdir()
        assert lacking("cc", machine / "empty") is not None
        (machine / "cc").chmod(0o644)
        assert lacking("cc", machine) is not None

    def test_debian(self, machine: Path) -> None:
        """Debian's Python has no program named plain python."""
        reason = lacking("python-name", machine, make_debian())
        assert reason == "needs python-name, which 3.11.2-debian does not have"


class TestOtherPython:
    """`$OTHER_PYTHON` is another minor version's."""

    def test_newest(self) -> None:
        """It is the newest of the others."""
        assert other_python(BASE, (OLD, BASE, NEW)) is NEW
        assert other_python(NEW, (OLD, BASE, NEW)) is BASE

    def test_same_minor(self) -> None:
        """Another build of the same minor version is no other."""
        twins = (make_interpreter("3.12.0"), BASE, make_interpreter("3.12.10"))
        assert other_python(BASE, twins) is None
        assert other_python(BASE, ()) is None


class TestTools:
    """Programs that envparity brings along."""

    def test_found(self) -> None:
        """Tools have a command that works, and an identity."""
        for name, tool in find_tools().items():
            assert tool.name == name in TOOLS
            assert Path(tool.command[0]).is_absolute()
            assert tool.identity
            said = subprocess.run([*tool.command, "--version"], check=True, capture_output=True)
            assert name in said.stdout.decode()

    def test_beside(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A uv beside this Python comes before one on PATH."""
        (tmp_path / "path").mkdir()
        on_path = program(tmp_path / "path", "uv")
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        monkeypatch.setenv("PATH", str(on_path.parent))
        assert find_tools()["uv"].command == (str(on_path),)
        beside = program(tmp_path, "uv")
        assert find_tools()["uv"].command == (str(beside),)

    @pytest.mark.parametrize("spec", [None, ModuleSpec("virtualenv", None)])
    def test_none(
        self, spec: ModuleSpec | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without virtualenv and uv there are no tools."""
        monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
        assert find_tools() == {}

    def test_scripts(self, tmp_path: Path) -> None:
        """Steps find a tool as a program, which gets its arguments as they are."""
        command = ("/bin/sh", "-c", 'printf "%s|" "$@"', "it's")
        write_tools({"uv": Tool("uv", command, "")}, tmp_path / "new/tools")
        said = subprocess.check_output([tmp_path / "new/tools/uv", "a b", "$c"], text=True)
        assert said == "a b|$c|"


class TestIdentities:
    """The oracle's key changes with the programs a scenario needs."""

    def test_programs(self, machine: Path) -> None:
        """A program that was replaced is another, if the scenario needs it."""
        path = [str(machine)]
        before = {need: identities([need], {}, path) for need in ("cc", "perl", "venv")}
        (machine / "cc").write_text("#!/bin/sh\nexit 1\n")
        after = {need: identities([need], {}, path) for need in ("cc", "perl", "venv")}
        assert before["cc"] != after["cc"]
        assert {**before, "cc": ""} == {**after, "cc": ""}

    def test_missing(self, tmp_path: Path) -> None:
        """A program that is not there has an identity as well."""
        without = identities(["cc"], {}, [str(tmp_path)])
        program(tmp_path, "cc")
        assert identities(["cc"], {}, [str(tmp_path)]) != without

    def test_tools(self) -> None:
        """A tool's identity counts where it is needed."""
        other = {"uv": Tool("uv", ("/opt/uv",), "two")}
        assert identities(["uv"], UV, []) != identities(["uv"], other, [])
        assert identities(["cc"], UV, []) == identities(["cc"], other, [])
