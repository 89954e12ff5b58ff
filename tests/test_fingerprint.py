"""Tests of what a verdict is said to rest on: a change that is missed is a wrong verdict."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from envparity import fingerprint
from envparity.builders import Description
from envparity.environment import Environment
from envparity.interpreter import Interpreter
from envparity.sandbox import Bind
from tests.doubles import make_interpreter

#: Later than any file that a test makes.
LATER = time.time_ns() + 10**15


@pytest.fixture(name="interpreter")
def _interpreter(tmp_path: Path) -> Interpreter:
    """An installation with a library, bytecode and somebody's packages."""
    prefix = tmp_path / "base"
    stdlib = prefix / "lib/python3.12"
    for folder in ("__pycache__", "site-packages", "json"):
        (stdlib / folder).mkdir(parents=True)
    for name in ("os.py", "json/__init__.py", "site-packages/x.py", "__pycache__/os.pyc"):
        (stdlib / name).write_text("text")
    paths = {"stdlib": str(stdlib), "purelib": str(stdlib / "site-packages")}
    paths["include"] = str(prefix / "include")
    return make_interpreter(
        prefix=prefix, paths=paths, site_packages=(str(stdlib / "site-packages"),)
    )


class TestInterpreter:
    """What an interpreter is known by."""

    @pytest.mark.parametrize("name", ["os.py", "json/__init__.py"])
    def test_library(self, interpreter: Interpreter, name: str) -> None:
        """A module of the standard library that was edited counts, even with its old time."""
        before = fingerprint.of_interpreter(interpreter)
        path = interpreter.prefix / "lib/python3.12" / name
        times = path.stat()
        path.write_text("TEXT")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert before != fingerprint.of_interpreter(interpreter)

    @pytest.mark.parametrize("name", ["site-packages/x.py", "__pycache__/os.pyc"])
    def test_what_is_hidden(self, interpreter: Interpreter, name: str) -> None:
        """Packages, which no cell sees, and bytecode, which any start may write, do not."""
        before = fingerprint.of_interpreter(interpreter)
        (interpreter.prefix / "lib/python3.12" / name).write_text("other")
        assert before == fingerprint.of_interpreter(interpreter)

    def test_shared_prefix(self, interpreter: Interpreter) -> None:
        """Of a prefix such as /usr only what is Python's own is looked at, and that is."""
        usr = make_interpreter(prefix=Path("/usr"), paths={
            **interpreter.paths, "include": interpreter.paths["stdlib"]
        })  # fmt: skip
        before = fingerprint.of_interpreter(usr)
        Path(interpreter.paths["stdlib"], "os.py").write_text("other")
        assert before != fingerprint.of_interpreter(usr)


class TestBuilder:
    """What a builder is known by."""

    def test_undeclared(self) -> None:
        """A builder that does not say is not known, whatever its program holds."""
        assert fingerprint.of_builder(Description("x")) is None

    def test_declared(self, tmp_path: Path) -> None:
        """Its word, its version and its program's bytes each count."""
        program = tmp_path / "builder"
        program.write_text("one")
        known = {fingerprint.of_builder(Description("x", fingerprint="a"), program)}
        known.add(fingerprint.of_builder(Description("x", fingerprint="b"), program))
        known.add(fingerprint.of_builder(Description("x", "2", fingerprint="b"), program))
        program.write_text("two")
        known.add(fingerprint.of_builder(Description("x", fingerprint="b"), program))
        assert 4 == len(known - {None})

    def test_library_of_a_tool(self, tmp_path: Path) -> None:
        """A tool that has its modules beside it is another one when one of them is edited."""
        module = tmp_path / "tool/lib/python3/tool.py"
        program = tmp_path / "tool/bin/tool"
        for path in (module, program):
            path.parent.mkdir(parents=True)
            path.write_text("one")
        words = Description("tool", "1.0", fingerprint="1.0")
        before = fingerprint.of_builder(words, program)
        module.write_text("two")
        assert before != fingerprint.of_builder(words, program)


class TestRest:
    """Harness, host and machine."""

    def test_they_last(self) -> None:
        """Asked twice, each says the same."""
        for ask in (fingerprint.of_harness, fingerprint.of_host, fingerprint.of_machine):
            assert ask() == ask()

    def test_installed_packages(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What the package manager has installed is a part of the machine."""
        seen = set()
        for name in ("one", "two"):
            (tmp_path / name).write_text(name)
            monkeypatch.setattr(fingerprint, "PACKAGE_DATABASES", (str(tmp_path / name),))
            seen.add(fingerprint.of_machine())
        assert 2 == len(seen)


CELL = Path("/cell")


@pytest.fixture(name="built")
def _built(tmp_path: Path) -> Path:
    """An environment on disk, with a link into the builder's store and one into the base."""
    env = tmp_path / "out/env"
    (env / "bin").mkdir(parents=True)
    (env / "bin/python3.12").write_text("program")
    (env / "lib").symlink_to("/base/lib")
    (tmp_path / "store/one").mkdir(parents=True)
    (tmp_path / "store/one/module.py").write_text("module")
    (env / "module.py").symlink_to(CELL / "builder/one/module.py")
    return tmp_path


def environment(built: Path, *, links: tuple[tuple[Path, Path], ...] = ()) -> Environment:
    """The environment at /cell/opt/env as a cell sees it."""
    mounts = (Bind(CELL / "opt", built / "out"), Bind(CELL / "builder", built / "store"))
    prefix = CELL / ("current/env" if links else "opt/env")
    interpreter = make_interpreter(prefix=Path("/base"))
    return Environment(
        prefix=prefix, python=prefix / "bin" / interpreter.executable.name, scripts=prefix / "bin",
        site=prefix / "lib", mounts=mounts, links=links,
    )  # fmt: skip


def read(built: Path, *, since: int = LATER, **words: tuple[tuple[Path, Path], ...]) -> str | None:
    """The fingerprint of what was built."""
    base = make_interpreter(prefix=Path("/base"))
    return fingerprint.of_environment(environment(built, **words), base, since=since)


def _touch(at: Path) -> None:
    (at / "out/env/new").touch()


def _edit(at: Path) -> None:
    path = at / "out/env/bin/python3.12"
    times = path.stat()
    path.write_text("PROGRAM")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _mode(at: Path) -> None:
    (at / "out/env/bin/python3.12").chmod(0o711)


def _time(at: Path) -> None:
    os.utime(at / "out/env/bin/python3.12", (1, 1))


def _store(at: Path) -> None:
    (at / "store/one/module.py").write_text("MODULE")


def _target(at: Path) -> None:
    (at / "out/env/lib").unlink()
    (at / "out/env/lib").symlink_to("/base/lib64")


def _second_name(at: Path) -> None:
    os.link(at / "out/env/bin/python3.12", at / "out/python3.12")


def _fifo(at: Path) -> None:
    os.mkfifo(at / "out/env/fifo")


class TestEnvironment:
    """What an environment is known by: its content."""

    @pytest.mark.parametrize(
        "change", [_touch, _edit, _mode, _time, _store, _target, _second_name, _fifo]
    )
    def test_every_change_counts(self, built: Path, change: Callable[[Path], None]) -> None:
        """A new file, other bytes, modes, times, targets, and other bytes behind a link."""
        before = read(built)
        assert before is not None
        change(built)
        assert read(built) not in (before, None)

    def test_times_of_this_run(self, built: Path) -> None:
        """Two builds of one run are not told apart by when they were made."""
        before = read(built, since=0)
        os.utime(built / "out/env/bin/python3.12", (1, 1))
        assert before == read(built, since=0) != read(built)

    def test_links_out(self, built: Path) -> None:
        """Of an environment that depends on files nobody knows of nothing is told."""
        for target in ("/home/me/module.py", "/usr/local/lib/x.py", "/cell/scratch/x"):
            link = built / "out/env/elsewhere"
            link.symlink_to(target)
            assert read(built) is None
            link.unlink()
        (built / "out/env/of-the-system").symlink_to("/usr/bin/env")
        assert read(built) is not None

    def test_links_among_themselves(self, built: Path) -> None:
        """Links that lead nowhere, up, through other links and in circles are told as they are."""
        env = built / "out/env"
        (env / "nowhere").symlink_to("missing")
        (env / "alias").symlink_to("bin")
        (env / "through").symlink_to("alias/../bin/./python3.12")
        known = read(built)
        assert known is not None
        (env / "bin/python3.12").write_text("other")
        assert read(built) not in (known, None)
        for name, target in (
            ("up", ".."),
            ("here", "."),
            ("folder", "bin/"),
            ("far", "../../opt/env"),
        ):
            (env / name).symlink_to(target)
        assert read(built) not in (known, None)
        (env / "circle").symlink_to("circle/x")
        assert read(built) is None

    def test_spelled_through_a_link(self, built: Path) -> None:
        """A prefix below a link of the cell is read where it lies."""
        links = ((CELL / "current", CELL / "opt"),)
        before = read(built, links=links)
        assert before not in (None, read(built))
        _store(built)
        assert read(built, links=links) not in (before, None)

    def test_special_files(self, built: Path) -> None:
        """A socket is told by what it is, and not opened."""
        before = read(built)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(built / "out/env/s"))
            assert read(built) not in (before, None)

    def test_too_much(self, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """An environment of more entries than are worth reading is not read to its end."""
        monkeypatch.setattr(fingerprint, "MOST_ENTRIES", 3)
        assert read(built) is None

    def test_what_nobody_built(self, built: Path) -> None:
        """Vanilla, which no mount of the cell holds alone, has no content of its own."""
        base = make_interpreter(prefix=Path("/usr"))
        vanilla = Environment.at(Path("/usr"), base)
        assert fingerprint.of_environment(vanilla, base, since=0) is None

    def test_in_a_store(self, built: Path) -> None:
        """What a store has is told by its name, whatever a look at it would have shown."""
        made = evolve(environment(built), store=environment(built).prefix.parent)
        told = fingerprint.of_environment(made, make_interpreter(), since=LATER)
        assert told not in {None, read(built)}
        _edit(built)
        assert fingerprint.of_environment(made, make_interpreter(), since=LATER) == told
        moved = evolve(made, prefix=made.prefix.with_name("other"))
        assert fingerprint.of_environment(moved, make_interpreter(), since=LATER) != told
        elsewhere = evolve(made, store=Path("/elsewhere"))
        assert fingerprint.of_environment(elsewhere, make_interpreter(), since=LATER) != told

    def test_unreadable(self, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What cannot be read is not known."""

        def refuse(*_: object) -> bytes:
            raise PermissionError

        monkeypatch.setattr(Path, "read_bytes", refuse)
        assert read(built) is None
