"""The value object, finding the machine's interpreters, and choosing among them."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import attrs
import pytest
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile

from envparity import discovery
from envparity.discovery import Candidate
from envparity.errors import InterpreterError, UsageError
from envparity.interpreter import Interpreter, discover, paths_named, select
from tests.doubles import make_interpreter as interpreter

if TYPE_CHECKING:
    from envparity.discovery import Facts

Machine = tuple[list[Interpreter], list[InterpreterError]]


class TestInterpreter:
    """The facts about one interpreter."""

    @pytest.mark.parametrize(
        ("one", "label"),
        [
            (interpreter("3.12.1"), "3.12.1"),
            (interpreter("3.6.15", abiflags="m"), "3.6.15"),
            (interpreter("3.11.2", debian_layout=True), "3.11.2-debian"),
            (interpreter("3.13.0", abiflags="t"), "3.13.0t"),
            (interpreter("3.14.0rc1", distinction="uv"), "3.14.0rc1-uv"),
            (interpreter("3.13.5", abiflags="t", debian_layout=True), "3.13.5t-debian"),
        ],
    )
    def test_label(self, one: Interpreter, label: str) -> None:
        """The label is the version and what is unusual about the build."""
        assert one.label == label

    @pytest.mark.parametrize(
        ("one", "kind"),
        [
            (interpreter("3.12.1"), "shared libpython"),
            (
                interpreter("3.11.2", libpython=None, debian_layout=True),
                "static libpython, Debian layout",
            ),
            (interpreter("3.13.0", abiflags="t"), "shared libpython, free-threaded"),
        ],
    )
    def test_build_kind(self, one: Interpreter, kind: str) -> None:
        """The kind of build is told in words."""
        assert one.build_kind == kind

    def test_order(self) -> None:
        """Releases sort as versions do, with vendors' additions left aside."""
        versions = ["3.9.18", "3.12.1", "3.14.0a7", "3.14.0rc1", "3.14.0+"]
        releases = [interpreter(version).release for version in versions]
        assert sorted(releases) == releases

    def test_minor(self) -> None:
        """The minor version is the feature release."""
        assert interpreter("3.14.0rc1").minor == "3.14"

    def test_is_a_value(self) -> None:
        """An interpreter can be a key, and be sent to another process."""
        one = interpreter("3.12.1")
        assert {one: 1}[pickle.loads(pickle.dumps(one))] == 1


OLD = interpreter("2.7.18")
FIRST = interpreter("3.8.18")
DEBIAN = interpreter("3.11.2", debian_layout=True)
UPSTREAM = interpreter("3.11.7")
EARLIER = interpreter("3.12.1")
LATER = interpreter("3.12.10")
NORMAL = interpreter("3.13.0")
THREADED = interpreter("3.13.1", abiflags="t")
NEXT_THREADED = interpreter("3.14.0rc1", abiflags="t")
FOUND = [OLD, FIRST, DEBIAN, UPSTREAM, EARLIER, LATER, NORMAL, THREADED, NEXT_THREADED]
NEWEST = [OLD, FIRST, UPSTREAM, LATER, NORMAL, NEXT_THREADED]


class TestSelect:
    """`select` chooses among what was found."""

    @pytest.mark.parametrize(
        ("spec", "expected"),
        [
            (None, NEWEST),
            ("all", FOUND),
            ("3.12", [LATER]),
            ("3.12.1", [EARLIER]),
            ("3.11", [UPSTREAM]),
            ("3.11.2", [DEBIAN]),
            ("3.11.2-debian", [DEBIAN]),
            ("3.13", [NORMAL]),
            ("3.13t", [THREADED]),
            ("3.13.1t", [THREADED]),
            ("3.14.0rc1t", [NEXT_THREADED]),
            ("3.8-3.12", [FIRST, UPSTREAM, LATER]),
            ("3.9 - 3.11", [UPSTREAM]),
            ("3.12,2.7", [LATER, OLD]),
            ("3.12, 3.11-3.12 ,3.12.10", [LATER, UPSTREAM]),
        ],
    )
    def test_selection(self, spec: str | None, expected: list[Interpreter]) -> None:
        """Every form of a selection means what its documentation says."""
        assert select(spec, FOUND) == expected

    def test_order_of_equals(self) -> None:
        """Of two builds of one version the one that was found first is taken."""
        twin = attrs.evolve(LATER, distinction="uv", executable=Path("/uv/bin/python3.12"))
        assert select("3.12", [LATER, twin]) == [LATER]
        assert select("3.12.10-uv", [LATER, twin]) == [twin]

    def test_default_is_not_free_threaded(self) -> None:
        """An ordinary build is preferred to a newer free-threaded one, in any order."""
        assert select(None, [THREADED, NORMAL]) == [NORMAL]
        assert select(None, [NORMAL, THREADED]) == [NORMAL]

    @pytest.mark.parametrize(
        ("spec", "message"),
        [
            ("3.99", "no interpreter matches '3.99'"),
            ("3.12.2", "nearest: 3.12.1, 3.12, 3.12.10;"),
            ("3.14", "nearest: 3.14"),
            ("al", "nearest: all"),
            ("3.12,", "no interpreter matches ''"),
            ("python", "found: 2.7.18, 3.8.18, 3.11.2-debian, 3.11.7, 3.12.1, 3.12.10, 3.13.0"),
            ("3.2-3.5", "no interpreter matches '3.2-3.5'"),
            ("3.12-3.8", "the range '3.12-3.8' is upside down (3.8-3.12)"),
            ("/no/such", "no interpreter at '/no/such' (there is no such file)"),
            (__file__, "no usable CPython at"),
        ],
    )
    def test_nothing_selected(self, spec: str, message: str) -> None:
        """A selection of nothing names what is near, and what there is."""
        with pytest.raises(UsageError) as caught:
            select(spec, FOUND)
        assert message in str(caught.value)

    @pytest.mark.parametrize("spec", [None, "all", "3.12"])
    def test_nothing_found(self, spec: str | None) -> None:
        """Where no interpreter was found, nothing can be selected."""
        with pytest.raises(UsageError, match="no CPython interpreter was found"):
            select(spec, [])

    def test_path(self, tmp_path: Path) -> None:
        """A path means the interpreter it leads to: by link, prefix, hard link or alias."""
        prefix = tmp_path / "prefix"
        exe = prefix / "bin/python3.12"
        venv = tmp_path / "venv/bin/python"
        for program in (exe, venv):
            program.parent.mkdir(parents=True)
            program.write_text("")
            program.chmod(0o755)
        (tmp_path / "link").symlink_to(exe)
        (prefix / "bin/python3.12m").hardlink_to(exe)
        one = attrs.evolve(LATER, executable=exe, aliases=(venv,))
        for path in (exe, prefix, prefix / "bin", tmp_path / "link", venv, tmp_path / "venv"):
            assert select(str(path), [EARLIER, one]) == [one]
        assert select(str(prefix / "bin/python3.12m"), [EARLIER, one]) == [one]

    def test_paths_named(self) -> None:
        """The paths in a selection are what discovery has to look at too."""
        assert paths_named(None) == []
        assert paths_named("3.12,/a/python3, ./b") == [Path("/a/python3"), Path.cwd() / "b"]
        assert paths_named("~/c") == [Path.home() / "c"]


@pytest.fixture(name="bin_folder")
def _bin_folder(tmp_path: Path) -> Path:
    """Return the empty bin of a made-up prefix."""
    folder = tmp_path / "prefix/bin"
    folder.mkdir(parents=True)
    return folder


def facts(program: Path, **changes: Any) -> Facts:
    """Return what a CPython 3.12.1 at *program* answers, with *changes*."""
    prefix = str(program.parent.parent)
    answer = {
        "executable": str(program),
        "version": "3.12.1",
        "implementation": "cpython",
        "prefix": prefix,
        "base_prefix": prefix,
        "libpython": None,
        "debian_layout": False,
        "free_threaded": False,
        "abiflags": "",
        "paths": {"stdlib": f"{prefix}/lib"},
        "site_packages": [],
        "config_vars": {},
        "has_ensurepip": True,
        "has_venv": True,
        **changes,
    }
    return cast("Facts", answer)


class Discover(Protocol):
    """Discovery on a machine whose programs answer the given facts, at the given places."""

    def __call__(self, *answers: tuple[str, Facts]) -> Machine: ...  # noqa: D102


@pytest.fixture(name="discover_answers")
def _discover_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Discover:
    """Return `discover` on a machine where (place, facts) are what the candidates answer."""

    def discover_answers(*answers: tuple[str, Facts]) -> Machine:
        pairs = [
            (Candidate(Path(each["executable"]), (place,), Path(each["executable"])), each)
            for place, each in answers
        ]
        monkeypatch.setattr(discovery, "interrogate", lambda *_, **__: (pairs, []))
        return discover(cache_dir=tmp_path, environ={}, root=tmp_path)

    return discover_answers


def install(program: Path, text: str = "") -> Path:
    """Write a program."""
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(text)
    program.chmod(0o755)
    return program


class TestDiscover:
    """`discover` makes interpreters of answers."""

    def test_one_installation_once(
        self, bin_folder: Path, tmp_path: Path, discover_answers: Discover
    ) -> None:
        """Two programs that are the same interpreter are one, found in both places."""
        exe = install(bin_folder / "python3.12")
        copy = install(tmp_path / "wrapper")
        found, problems = discover_answers(
            ("pyenv", facts(exe)), ("PATH", facts(exe, executable=str(copy)))
        )
        assert problems == []
        [one] = found
        assert one.executable == exe
        assert one.found_in == ("pyenv", "PATH")
        assert one.aliases == ()

    def test_canonical_name(self, bin_folder: Path, discover_answers: Discover) -> None:
        """The executable is spelled pythonX.Y whatever name answered."""
        exe = install(bin_folder / "python3.12")
        (bin_folder / "python3").symlink_to("python3.12")
        [one], _ = discover_answers(("PATH", facts(bin_folder / "python3")))
        assert one.executable == exe

    def test_shared_bin(self, bin_folder: Path, discover_answers: Discover) -> None:
        """An ordinary and a free-threaded build may share a prefix."""
        normal = install(bin_folder / "python3.13", "a")
        threaded = install(bin_folder / "python3.13t", "b")
        install(bin_folder / "pydoc3.13", f"#!{normal}\n")
        install(bin_folder / "python3.13t-config")
        found, _ = discover_answers(
            ("PATH", facts(threaded, version="3.13.0", abiflags="t", free_threaded=True)),
            ("PATH", facts(normal, version="3.13.0")),
        )
        assert [(one.label, one.executable, one.programs) for one in found] == [
            ("3.13.0", normal, ("pydoc3.13", "python3.13")),
            ("3.13.0t", threaded, ("python3.13t", "python3.13t-config")),
        ]

    def test_name_outside_the_prefix(self, tmp_path: Path, discover_answers: Discover) -> None:
        """An executable that its prefix knows nothing of keeps its own name."""
        exe = install(tmp_path / "somewhere/snake")
        [one], _ = discover_answers(("given", facts(exe, prefix="/nowhere")))
        assert one.executable == exe

    def test_other_implementations(self, bin_folder: Path, discover_answers: Discover) -> None:
        """Implementations other than CPython are left out without a word."""
        exe = install(bin_folder / "python3.10")
        assert discover_answers(("PATH", facts(exe, implementation="pypy"))) == ([], [])

    def test_vanished(self, bin_folder: Path, discover_answers: Discover) -> None:
        """An interpreter that is removed meanwhile is a problem, not a crash."""
        found, [problem] = discover_answers(("PATH", facts(bin_folder / "python3.12")))
        assert found == []
        assert "No such file" in str(problem)

    def test_equal_labels(self, tmp_path: Path, discover_answers: Discover) -> None:
        """Of several builds of one version all but the first are told apart by their place."""
        places = ("pyenv", "uv", "/opt/python", "uv")
        answers = [
            (place, facts(install(tmp_path / str(number) / "bin/python3.12")))
            for number, place in enumerate(places)
        ]
        found, _ = discover_answers(*answers)
        assert [one.label for one in found] == [
            "3.12.1",
            "3.12.1-uv",
            "3.12.1-opt-python",
            "3.12.1-uv-2",
        ]

    def test_sorted(self, tmp_path: Path, discover_answers: Discover) -> None:
        """Interpreters come in the order of their versions, unusual builds last."""
        shapes: list[dict[str, Any]] = [
            {"version": "3.12.1", "abiflags": "d"},
            {"version": "3.12.1", "free_threaded": True, "abiflags": "t"},
            {"version": "3.12.1", "debian_layout": True},
            {"version": "3.12.1"},
            {"version": "3.9.18"},
        ]
        answers = [
            ("given", facts(install(tmp_path / str(number) / "bin/python"), **shape))
            for number, shape in enumerate(shapes)
        ]
        found, _ = discover_answers(*answers)
        assert [one.label for one in found] == [
            "3.9.18",
            "3.12.1",
            "3.12.1d",
            "3.12.1-debian",
            "3.12.1t",
        ]

    def test_fingerprint(self, bin_folder: Path, discover_answers: Discover) -> None:
        """The fingerprint changes with executable, libpython and version, and else stays."""
        exe = install(bin_folder / "python3.12")
        libpython = install(bin_folder / "libpython3.12.so")

        def fingerprint(**changes: Any) -> str:
            [one], _ = discover_answers(("given", facts(exe, libpython=str(libpython), **changes)))
            return one.fingerprint

        first = fingerprint()
        assert fingerprint(has_ensurepip=False) == first
        seen = {first, fingerprint(version="3.12.2")}
        exe.write_text("longer")
        seen.add(fingerprint())
        libpython.write_text("longer")
        seen.add(fingerprint())
        assert len(seen) == 4

    def test_own_programs(self, bin_folder: Path, discover_answers: Discover) -> None:
        """The interpreter's programs are those that were installed with it, and no others."""
        exe = install(bin_folder / "python3.6", "ELF")
        (bin_folder / "python3.6m").hardlink_to(exe)
        own = f"#!{exe}\n"
        for name in ("2to3", "pydoc3.6", "idle3", "smtpd.py", "pyvenv-3.6", "python3.6-gdb.py"):
            install(bin_folder / name, own)
        for name in ("python3.6m-config", "x86_64-linux-gnu-python3.6-config"):
            install(bin_folder / name, "#!/bin/sh\n")
        (bin_folder / "python3").symlink_to("python3.6")
        (bin_folder / "python3-config").symlink_to("python3.6m-config")
        expected = sorted(path.name for path in bin_folder.iterdir())
        for name in ("pip3.6", "python-argcomplete", "numpy-config", "pythonic"):
            install(bin_folder / name, own)
        # Another version's, somebody else's, a copy that says nothing, and broken things.
        install(bin_folder / "pydoc3.7", "#!/usr/bin/python3.7\n")
        install(bin_folder / "python2-config", "#!/bin/sh\n")
        install(bin_folder / "python", "another ELF")
        (bin_folder / "pydoc").symlink_to("pydoc3.7")
        (bin_folder / "pydoc3").symlink_to("pip3.6")
        (bin_folder / "idle").symlink_to("gone")
        (bin_folder / "idle2").mkdir()
        [one], _ = discover_answers(("pyenv", facts(exe, version="3.6.15", abiflags="m")))
        assert list(one.programs) == expected


@pytest.fixture(name="machine", scope="module")
def _machine(
    tmp_path_factory: pytest.TempPathFactory,
) -> Machine:
    """Return what `discover` finds on this machine, the tests' own Python included."""
    return discover([Path(sys.executable)], cache_dir=tmp_path_factory.mktemp("cache"))


class TestThisMachine:
    """Every interpreter there is, asked for real."""

    def test_labels_are_unique(self, machine: Machine) -> None:
        """No two interpreters share a label or an executable."""
        found, _ = machine
        assert len({one.label for one in found}) == len(found)
        assert len({one.executable.resolve() for one in found}) == len(found)

    def test_facts(self, machine: Machine) -> None:
        """Each is what its own platform, sys and sysconfig modules say."""
        code = (
            "import json, platform, sys, sysconfig; print(json.dumps([platform.python_version(),"
            " sys.prefix, sysconfig.get_paths(), platform.python_implementation()]))"
        )
        for one in machine[0]:
            done = subprocess.run(
                [one.executable, "-E", "-s", "-B", "-c", code],
                check=True,
                capture_output=True,
                env={"LC_ALL": "C.UTF-8"},
            )
            assert json.loads(done.stdout) == [
                one.version,
                str(one.prefix),
                one.paths,
                "CPython",
            ]
            assert one.prefix == one.base_prefix
            assert {"stdlib", "purelib", "platlib", "scripts", "include", "data"} <= set(one.paths)
            assert "EXT_SUFFIX" in one.config_vars

    def test_executables(self, machine: Machine) -> None:
        """Each is spelled as the pythonX.Y of its prefix and is among its own programs."""
        for one in machine[0]:
            assert one.executable.parent == one.prefix / "bin"
            assert one.executable.name.startswith(f"python{one.minor}")
            assert one.executable.name in one.programs
            assert not {"pip", "pip3"} & set(one.programs)

    def test_libpython(self, machine: Machine) -> None:
        """The executable has a libpython exactly if its ELF header asks for one."""
        for one in machine[0]:
            with one.executable.open("rb") as file:
                dynamic = ELFFile(file).get_section_by_name(".dynamic")
                assert isinstance(dynamic, DynamicSection)
                needed = [str(vars(tag)["needed"]) for tag in dynamic.iter_tags("DT_NEEDED")]
            shared = any(name.startswith("libpython") for name in needed)
            assert (one.libpython is not None) is shared
            assert one.libpython is None or one.libpython.exists()

    def test_no_virtual_environment(self, machine: Machine) -> None:
        """A virtual environment is not an interpreter; its base is, and selecting it finds that."""
        found, _ = machine
        assert sys.base_prefix in [str(one.prefix) for one in found]
        [mine] = select(sys.executable, found)
        assert mine.version == sys.version.split()[0]
        assert str(mine.prefix) == sys.base_prefix

    def test_pyenv(self, machine: Machine) -> None:
        """What was found among pyenv's versions has the version pyenv gave its folder."""
        for one in machine[0]:
            if "pyenv" in one.found_in and one.prefix.name[0].isdigit():
                assert one.prefix.name == one.version + one.abiflags.replace("m", "")

    def test_no_problems(self, machine: Machine) -> None:
        """No interpreter of this machine is reported as broken twice."""
        paths = [problem.path for problem in machine[1]]
        assert len(set(paths)) == len(paths)

    def test_warm(self, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second discovery finds the same and starts nothing."""
        first, problems = discover(cache_dir=tmp_path)
        if problems:
            pytest.skip("broken interpreters are asked each time")

        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a process was started")

        monkeypatch.setattr(subprocess, "Popen", refuse)
        assert discover(cache_dir=tmp_path)[0] == first

    def test_import_is_cheap(self) -> None:
        """Importing the module does not import python-discovery."""
        code = "import sys, envparity.interpreter; sys.exit('python_discovery' in sys.modules)"
        subprocess.run([sys.executable, "-c", code], check=True)
