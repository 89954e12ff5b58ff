"""Finding candidates in folders, asking them, and keeping what they answered."""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from envparity import discovery
from envparity.discovery import Candidate, ask, candidates, interrogate, programs_at
from envparity.errors import InterpreterError

if TYPE_CHECKING:
    from collections.abc import Callable

PROBE = Path(discovery.__file__).with_name("_interpreter_probe.py")


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Path:
    """Return the root of a made-up machine, which is also the user's home."""
    home = tmp_path / "machine"
    home.mkdir()
    return home


def program(path: Path, text: str = "#!/bin/sh\n", *, mode: int = 0o755) -> Path:
    """Write a program that says *text*."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def binary(path: Path) -> Path:
    """Write something that is neither a script nor runnable."""
    return program(path, f"\x7fELF, {path.name}")


def answer(path: Path, **changes: Any) -> dict[str, Any]:
    """Return what the interpreter at *path* would answer the probe, with *changes*."""
    prefix = str(path.parent.parent)
    return {
        "protocol": 1,
        "executable": str(path),
        "version": "3.12.1",
        "implementation": "cpython",
        "prefix": prefix,
        "base_prefix": prefix,
        "libpython": None,
        "debian_layout": False,
        "free_threaded": False,
        "abiflags": "",
        "paths": {"stdlib": prefix},
        "site_packages": [],
        "config_vars": {},
        "has_ensurepip": True,
        "has_venv": True,
        **changes,
    }


def python(path: Path, **changes: Any) -> Path:
    """Write a program that answers the probe, and notes in *path*.starts that it did."""
    text = json.dumps(answer(path, **changes))
    starts = path.parent.parent.parent / f"{path.name}.starts"
    return program(path, f"#!/bin/sh\necho start >>'{starts}'\ncat <<'END'\n{text}\nEND\n")


def starts(path: Path) -> int:
    """Return how often the program that `python` wrote was started."""
    log = path.parent.parent.parent / f"{path.name}.starts"
    return len(log.read_text().splitlines()) if log.exists() else 0


def found_at(home: Path, *extra: Path, **environ: str) -> dict[str, tuple[str, ...]]:
    """Return the candidates of a machine, relative to its root, with the places that led there."""
    environ = {"HOME": str(home), "PATH": "", **environ}
    found, problems = candidates(extra, environ=environ, root=home)
    assert problems == []
    return {str(one.executable.relative_to(home)): one.found_in for one in found}


class TestCandidates:
    """`candidates` reads folders and starts nothing."""

    @pytest.mark.parametrize(
        ("place", "name"),
        [
            (".pyenv/versions/3.12.1/bin/python3.12", "pyenv"),
            (".local/share/uv/python/cpython-3.13.0-linux/bin/python3.13", "uv"),
            ("opt/python/cp312-cp312/bin/python3.12", "/opt/python"),
            ("usr/bin/python3.11", "/usr/bin"),
            ("usr/local/bin/python2.7", "/usr/local/bin"),
            (".nix-profile/bin/python3", "Nix"),
            ("nix/var/nix/profiles/default/bin/python3.14t", "Nix"),
        ],
    )
    def test_standard_places(self, home: Path, place: str, name: str) -> None:
        """Every place where interpreters are usually installed is looked at, and named."""
        binary(home / place)
        assert found_at(home) == {place: (name,)}

    def test_variables(self, home: Path) -> None:
        """PYENV_ROOT, UV_PYTHON_INSTALL_DIR and XDG_DATA_HOME say where to look instead."""
        binary(home / "pe/versions/3.9.1/bin/python3.9")
        binary(home / "u/cpython-3.8/bin/python3.8")
        binary(home / "xdg/uv/python/cpython-3.10/bin/python3.10")
        environ = {"PYENV_ROOT": str(home / "pe"), "XDG_DATA_HOME": str(home / "xdg")}
        assert found_at(home, **environ) == {
            "pe/versions/3.9.1/bin/python3.9": ("pyenv",),
            "xdg/uv/python/cpython-3.10/bin/python3.10": ("uv",),
        }
        environ["UV_PYTHON_INSTALL_DIR"] = str(home / "u")
        assert "u/cpython-3.8/bin/python3.8" in found_at(home, **environ)

    def test_no_home(self, home: Path) -> None:
        """Without HOME the user's places are left out."""
        binary(home / "usr/bin/python3")
        found, _ = candidates((), environ={}, root=home)
        assert [one.found_in for one in found] == [("/usr/bin",)]

    def test_locked_home(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A home that may not be looked at holds no interpreters."""
        binary(home / ".pyenv/versions/3.12.1/bin/python3.12")
        access = os.access
        monkeypatch.setattr(
            os, "access", lambda path, mode: ".pyenv" not in str(path) and access(path, mode)
        )
        assert found_at(home) == {}

    def test_drafts(self, home: Path) -> None:
        """What uv is still unpacking is no interpreter yet."""
        binary(home / ".local/share/uv/python/.temp/bin/python3.13")
        assert found_at(home) == {}

    def test_names(self, home: Path) -> None:
        """Only names of interpreters count, and only if they can be executed."""
        for name in ("python", "python3-config", "pythonw", "python3.12-gdb.py", "pypy3"):
            binary(home / "usr/bin" / name)
        program(home / "usr/bin/python3.9", mode=0o644)
        (home / "usr/bin/python3.8").mkdir()
        (home / "usr/bin/python3.7").symlink_to("gone")
        assert found_at(home) == {"usr/bin/python": ("/usr/bin",)}

    def test_path(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """PATH is searched, except for entries that depend on the working directory."""
        binary(home / "a/python3.12")
        binary(home / "b/python3.13")
        monkeypatch.chdir(home)
        assert found_at(home, PATH=f"{home}/a:b::{home}/missing") == {"a/python3.12": ("PATH",)}

    def test_shims(self, home: Path) -> None:
        """Shims on PATH are scripts, and scripts are no interpreters."""
        program(home / ".pyenv/shims/python3.12", "#!/usr/bin/env bash\nexec pyenv exec\n")
        assert found_at(home, PATH=f"{home}/.pyenv/shims") == {}

    def test_unreadable(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A program that cannot be read is asked, since it may well run."""
        binary(home / "usr/bin/python3")

        def refuse(*_: object) -> None:
            raise PermissionError

        monkeypatch.setattr(Path, "open", refuse)
        assert found_at(home) == {"usr/bin/python3": ("/usr/bin",)}

    def test_one_file_one_candidate(self, home: Path) -> None:
        """Links, hard links in a folder and symlinked environments are one program, once."""
        real = binary(home / ".pyenv/versions/3.6.15/bin/python3.6")
        (real.parent / "python3.6m").hardlink_to(real)
        (real.parent / "python3").symlink_to("python3.6")
        venv = home / "venv/bin/python"
        venv.parent.mkdir(parents=True)
        venv.symlink_to(real)
        place = ".pyenv/versions/3.6.15/bin/python3.6"
        assert found_at(home, PATH=f"{home}/venv/bin:{real.parent}") == {place: ("pyenv", "PATH")}

    def test_hard_linked_prefixes(self, home: Path) -> None:
        """The same inode in two prefixes is two interpreters."""
        real = binary(home / "opt/python/a/bin/python3.12")
        other = home / "opt/python/b/bin/python3.12"
        other.parent.mkdir(parents=True)
        other.hardlink_to(real)
        assert len(found_at(home)) == 2

    def test_extra(self, home: Path) -> None:
        """An executable, a prefix or a bin may be given, whatever its name, scripts too."""
        exe = program(home / "x/snake")
        binary(home / "prefix/bin/python3.12")
        binary(home / "folder/python3.13")
        assert found_at(home, exe, home / "prefix", home / "folder") == {
            "x/snake": ("given",),
            "prefix/bin/python3.12": ("given",),
            "folder/python3.13": ("given",),
        }

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("missing", "does not exist"),
            ("text", "cannot be executed"),
            ("empty", "holds no interpreter"),
        ],
    )
    def test_bad_extra(self, home: Path, name: str, message: str) -> None:
        """A path that is given and cannot be an interpreter is one clear problem."""
        program(home / "text", mode=0o644)
        (home / "empty").mkdir()
        found, problems = candidates([home / name], environ={}, root=home)
        assert found == []
        assert [str(problem) for problem in problems] == [f"{home / name}: {message}"]
        assert programs_at(home / name) == []


def as_candidate(path: Path) -> Candidate:
    """Return a candidate that was given by its path."""
    return Candidate(path, ("given",), program=path)


def sessions() -> set[str]:
    """Return the sessions in which a process is alive, zombies aside (proc_pid_stat(5))."""
    alive = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            state, _, _, session, *_ = stat.read_text().rpartition(")")[2].split()
            if state != "Z":
                alive.add(session)
    return alive


class TestAsk:
    """`ask` starts one interpreter."""

    def test_answer(self, home: Path) -> None:
        """What the probe prints is returned; what was printed before it does not matter."""
        exe = home / "bin/python3"
        program(exe, f"#!/bin/sh\necho hello\necho '{json.dumps(answer(exe))}'\n")
        assert ask(exe)["version"] == "3.12.1"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("#!/bin/sh\nexit 3\n", "failed with status 3"),
            ("#!/bin/sh\necho one >&2; echo two >&2; exit 1\n", "failed with status 1: two"),
            ("#!/bin/sh\nkill -9 $$\n", "was killed by signal 9"),
            ("#!/no/such/shell\n", "cannot be started: No such file or directory"),
            ("\x7fELF", "cannot be started: Exec format error"),
            ("#!/bin/sh\n", "does not answer as a Python interpreter does"),
            ("#!/bin/sh\necho '[]'\n", "does not answer as a Python interpreter does"),
            ("#!/bin/sh\nprintf '\\377'\n", "does not answer as a Python interpreter does"),
        ],
    )
    def test_broken(self, home: Path, text: str, message: str) -> None:
        """An interpreter that does not work is one line that says how."""
        exe = program(home / "bin/python3", text)
        with pytest.raises(InterpreterError) as caught:
            ask(exe)
        assert str(caught.value) == f"{exe}: {message}"

    @pytest.mark.parametrize(
        "script",
        ["sleep 60", "exec >&- 2>&-; sleep 60", "yes", "yes >&2 & exec sleep 60"],
        ids=["waits", "closes its output and waits", "prints", "leaves a child that prints"],
    )
    def test_hangs(self, home: Path, script: str) -> None:
        """An interpreter that takes too long is ended, with all that it has started."""
        marker = home / "pid"
        exe = program(home / "bin/python3", f"#!/bin/sh\necho $$ >'{marker}'\n{script}\n")
        start = time.monotonic()
        with pytest.raises(InterpreterError, match=r"did not answer within 0\.3 seconds"):
            ask(exe, time_limit=0.3)
        assert time.monotonic() - start < 5
        # What was killed is gone when the kernel gets round to it.
        while marker.read_text().strip() in sessions():
            assert time.monotonic() - start < 10
            time.sleep(0.01)

    @pytest.mark.parametrize(
        "changes",
        [
            {"protocol": 2},
            {"version": 3},
            {"version": "three"},
            {"executable": ""},
            {"libpython": 1},
            {"site_packages": None},
            {"paths": {}},
            {"paths": {"stdlib": None}},
            {"config_vars": {"SOABI": 1}},
        ],
        ids=str,
    )
    def test_other_shape(self, home: Path, changes: dict[str, Any]) -> None:
        """An answer that lacks something, or has it in another type, is not believed."""
        with pytest.raises(InterpreterError, match="does not answer"):
            ask(python(home / "bin/python3", **changes))

    def test_missing_key(self, home: Path) -> None:
        """An answer without one of the keys is not believed."""
        incomplete = {"protocol": 1, "executable": "x"}
        exe = program(home / "bin/python3", f"#!/bin/sh\necho '{json.dumps(incomplete)}'\n")
        with pytest.raises(InterpreterError, match="does not answer"):
            ask(exe)

    def test_surroundings(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An interpreter is asked in a clean environment, with nothing to read."""
        monkeypatch.setenv("PYTHONHOME", "/nonexistent")
        monkeypatch.setenv("LD_LIBRARY_PATH", "/nonexistent")
        exe = program(home / "bin/python3", f"#!/bin/sh\n(env; cat; echo $*) >'{home}/seen'\n")
        with pytest.raises(InterpreterError):
            ask(exe)
        seen = (home / "seen").read_text()
        assert "PYTHON" not in seen.replace(str(home), "")
        assert "LD_LIBRARY_PATH" not in seen
        assert f"-E -s -B {PROBE}" in seen


class TestInterrogate:
    """`interrogate` asks many, once."""

    def test_problems_stay_apart(self, home: Path, tmp_path: Path) -> None:
        """One broken interpreter does not keep the others from being found."""
        good = python(home / "a/bin/python3.12")
        bad = program(home / "b/bin/python3.12", "#!/bin/sh\nexit 1\n")
        found, problems = interrogate([*map(as_candidate, (bad, good))], cache_dir=tmp_path / "c")
        assert [(one.executable, facts["version"]) for one, facts in found] == [(good, "3.12.1")]
        assert [problem.path for problem in problems] == [bad]

    @pytest.fixture(name="ask_again")
    def _ask_again(self, tmp_path: Path) -> Callable[[Path], int]:
        """Return a function that interrogates a program and counts all its starts so far."""

        def ask_again(path: Path) -> int:
            found, problems = interrogate([as_candidate(path)], cache_dir=tmp_path / "cache")
            assert problems == []
            assert found[0][1]["executable"] == str(path)
            return starts(path)

        return ask_again

    def test_hit(self, home: Path, ask_again: Callable[[Path], int]) -> None:
        """An interpreter that has not changed is not started again."""
        exe = python(home / "bin/python3.12")
        assert [ask_again(exe), ask_again(exe)] == [1, 1]

    @pytest.mark.parametrize("what", ["executable", "libpython", "stdlib"])
    def test_stale(self, home: Path, ask_again: Callable[[Path], int], what: str) -> None:
        """An interpreter is asked again when a file that it depends on has changed."""
        libpython = program(home / "lib/libpython3.12.so")
        stdlib = home / "lib/python3.12"
        stdlib.mkdir()
        exe = python(
            home / "bin/python3.12", libpython=str(libpython), paths={"stdlib": str(stdlib)}
        )
        assert ask_again(exe) == 1
        os.utime({"executable": exe, "libpython": libpython, "stdlib": stdlib}[what], (1, 1))
        assert ask_again(exe) == 2
        assert ask_again(exe) == 2

    def test_vanished_libpython(self, home: Path, ask_again: Callable[[Path], int]) -> None:
        """An interpreter is asked again when its libpython is gone."""
        libpython = program(home / "lib/libpython3.12.so")
        exe = python(home / "bin/python3.12", libpython=str(libpython))
        assert ask_again(exe) == 1
        libpython.unlink()
        assert ask_again(exe) == 2

    def test_other_probe(
        self, home: Path, ask_again: Callable[[Path], int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Answers to another version of the probe are not used."""
        exe = python(home / "bin/python3.12")
        assert ask_again(exe) == 1
        monkeypatch.setattr(discovery, "_probe_digest", lambda: "another")
        assert ask_again(exe) == 2

    @pytest.mark.parametrize(
        "damage",
        [
            lambda entry: "",
            lambda entry: "[]",
            lambda entry: "{}",
            lambda entry: json.dumps(entry)[:-20],
            lambda entry: json.dumps({**entry, "facts": {}}),
            lambda entry: json.dumps({**entry, "stamps": []}),
            lambda entry: json.dumps({**entry, "stamps": [["/elsewhere", 1, 1]]}),
            lambda entry: json.dumps({**entry, "stamps": 7}),
        ],
        ids=["empty", "list", "no keys", "cut off", "no facts", "no stamps", "other", "number"],
    )
    def test_corrupt(
        self,
        home: Path,
        tmp_path: Path,
        ask_again: Callable[[Path], int],
        damage: Callable[[Any], str],
    ) -> None:
        """A record that is damaged counts as missing and is replaced."""
        exe = python(home / "bin/python3.12")
        ask_again(exe)
        [record] = (tmp_path / "cache/interpreters").iterdir()
        record.write_text(damage(json.loads(record.read_text())))
        assert ask_again(exe) == 2
        assert ask_again(exe) == 2

    def test_cache_that_cannot_be_written(self, home: Path, tmp_path: Path) -> None:
        """Interpreters are found without a cache, only slower."""
        blocked = program(tmp_path / "file")
        exe = python(home / "bin/python3.12")
        found, _ = interrogate([as_candidate(exe)], cache_dir=blocked)
        assert len(found) == 1

    def test_cached_leaves_no_drafts(
        self, home: Path, tmp_path: Path, ask_again: Callable[[Path], int]
    ) -> None:
        """Records appear in one step and leave nothing else in the cache."""
        ask_again(python(home / "bin/python3.12"))
        [record] = (tmp_path / "cache/interpreters").iterdir()
        assert record.suffix == ".json"

    @pytest.mark.parametrize("copies", [True, False])
    def test_virtual_environment(self, tmp_path: Path, copies: bool) -> None:
        """A virtual environment stands for the interpreter it was made of."""
        base = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
        if not base.exists():
            pytest.skip("the running Python has no bin/pythonX.Y")
        options = ["--without-pip", "--copies" if copies else "--symlinks"]
        subprocess.run([base, "-m", "venv", *options, tmp_path / "v"], check=True)
        given, _ = candidates([tmp_path / "v/bin/python3"], environ={}, root=tmp_path)
        found, problems = interrogate(given, cache_dir=tmp_path / "cache")
        assert problems == []
        [(candidate, facts)] = found
        assert candidate.executable == base.resolve()
        assert (candidate.program == base.resolve()) is not copies
        assert facts["prefix"] == facts["base_prefix"] == sys.base_prefix

    def test_old_virtual_environment(self, home: Path, tmp_path: Path) -> None:
        """A virtual environment of Python 2.7 stands for the pythonX.Y of its base prefix."""
        base = python(home / "base/bin/python2.7", version="2.7.18")
        venv = python(home / "v/bin/python", version="2.7.18", base_prefix=str(base.parent.parent))
        found, _ = interrogate([as_candidate(venv)], cache_dir=tmp_path / "c")
        assert [one for one, _ in found] == [Candidate(base, ("given",), program=venv)]

    @pytest.mark.parametrize("version", ["2.7.18", "3.12.1"])
    def test_no_base(self, home: Path, tmp_path: Path, version: str) -> None:
        """A virtual environment whose base is gone is a problem."""
        venv = python(home / "v/bin/python", version=version, base_prefix="/gone")
        found, problems = interrogate([as_candidate(venv)], cache_dir=tmp_path / "c")
        assert found == []
        [problem] = problems
        assert "behind this virtual environment was not found" in str(problem)

    @pytest.mark.parametrize("answered", [None, "itself"])
    def test_base_unknown_to_python_discovery(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answered: str | None
    ) -> None:
        """A virtual environment that is its own base, or has none, is a problem."""

        class Info:
            system_executable = str(home / "v/bin/python") if answered else None

        monkeypatch.setattr("python_discovery.get_interpreter", lambda *_, **__: Info())
        venv = python(home / "v/bin/python", base_prefix="/gone")
        _, problems = interrogate([as_candidate(venv)], cache_dir=tmp_path / "c")
        assert len(problems) == 1

    def test_broken_base(self, home: Path, tmp_path: Path) -> None:
        """A virtual environment whose base does not start is a problem of the base."""
        base = program(home / "base/bin/python2.7", "#!/bin/sh\nexit 1\n")
        venv = python(home / "v/bin/python", version="2.7.18", base_prefix=str(home / "base"))
        _, problems = interrogate([as_candidate(venv)], cache_dir=tmp_path / "c")
        assert [problem.path for problem in problems] == [base]


class TestProbe:
    """The child-side script, here on the Python that runs the tests."""

    def test_prints_one_object(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It prints one line, a JSON object with exactly the keys its docstring names."""
        monkeypatch.setattr(sys, "path", ["the script's folder", *sys.path])
        namespace = runpy.run_path(str(PROBE), run_name="__main__")
        out = capsys.readouterr().out
        assert out.count("\n") == 1
        printed = json.loads(out)
        documented = [
            line.split()[0]
            for line in namespace["__doc__"].splitlines()
            if line.startswith("    ") and line[4] != " "
        ]
        assert sorted(printed) == sorted(documented)
        assert printed["version"] == sys.version.split()[0]
        assert printed["paths"] == sysconfig.get_paths()
        assert set(printed) == {"protocol", *discovery.Facts.__annotations__}

    def test_implementation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where sys.implementation is missing, PyPy is told from CPython by its modules."""
        monkeypatch.setattr(sys, "path", ["the script's folder", *sys.path])
        implementation = runpy.run_path(str(PROBE))["implementation"]
        assert implementation() == "cpython"
        with monkeypatch.context() as patch:
            patch.delattr(sys, "implementation")
            assert implementation() == "cpython"
            patch.setattr(sys, "builtin_module_names", ("__pypy__",))
            assert implementation() == "pypy"

    def test_writes_nothing(self, tmp_path: Path) -> None:
        """Asking an interpreter leaves its prefix as it was."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "v"], check=True)
        before = sorted((tmp_path / "v").rglob("*"))
        ask(tmp_path / "v/bin/python")
        assert sorted((tmp_path / "v").rglob("*")) == before
