"""The reference as a program: the builder protocol and its exit statuses."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference import build as builder
from reference.__main__ import describe, main
from reference.errors import BuildError
from reference.interpreter import Interpreter

from .conftest import WheelMaker


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store of its own for each test; a program's umask and handlers are not the tests'."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    handler, umask = signal.getsignal(signal.SIGTERM), os.umask(0o022)
    yield
    signal.signal(signal.SIGTERM, handler)
    os.umask(umask)


def request_file(tmp_path: Path, base: Interpreter, *wheels: Path, **other: Any) -> str:
    """A request of the protocol, in a file."""
    request = {
        "protocol": 1,
        "interpreter": {"executable": str(base.executable)},
        "packages": [{"name": wheel.name, "wheel": str(wheel)} for wheel in wheels],
        "output": str(tmp_path / "env"),
        "scratch": str(tmp_path),
        **other,
    }
    path = tmp_path / "request.json"
    path.write_text(json.dumps(request))
    return str(path)


def test_describe(capsys: pytest.CaptureFixture[str]) -> None:
    """It describes itself in one JSON object with the fields of the protocol."""
    assert main(["describe"]) == 0
    words = json.loads(capsys.readouterr().out)
    assert sorted(words) == ["fingerprint", "homepage", "name", "protocol", "version"]


def test_build(tmp_path: Path, newest: Interpreter, make_wheel: WheelMaker) -> None:
    """It builds a request, in the link mode that it is given."""
    request = request_file(tmp_path, newest, make_wheel("p", {"p/x.py": b""}))
    assert main(["--link-mode", "copy", "build", request]) == 0
    assert not (tmp_path / "env" / newest.scheme["purelib"] / "p").is_symlink()


@pytest.mark.parametrize(
    ("other", "status", "words"),
    [
        ({"protocol": 2}, 4, "only protocol 1"),
        ({"output": "/nonexistent/env"}, 1, "cannot be written: No such file"),
        ({"interpreter": {"executable": "/bin/false"}}, 1, "cannot be asked"),
        ({"interpreter": {"executable": "/nonexistent"}}, 1, "cannot be asked"),
        ({"interpreter": {}}, 1, "not a request"),
        ({"packages": 1}, 1, "not a request"),
    ],
)
def test_statuses(
    tmp_path: Path,
    newest: Interpreter,
    capsys: pytest.CaptureFixture[str],
    other: dict[str, Any],
    status: int,
    words: str,
) -> None:
    """A request that cannot be served ends with its status and one line that says why."""
    assert main(["build", request_file(tmp_path, newest, **other)]) == status
    told = capsys.readouterr().err
    assert words in told
    assert told.count("\n") == 1


def test_refusal(
    tmp_path: Path, newest: Interpreter, make_wheel: WheelMaker, capsys: pytest.CaptureFixture[str]
) -> None:
    """A refusal is exit status 3, with both owners on stderr."""
    wheels = [make_wheel(name, {"x.py": name.encode()}) for name in ("one", "two")]
    assert main(["build", request_file(tmp_path, newest, *wheels)]) == 3
    told = capsys.readouterr().err
    assert "one 1.0" in told
    assert "two 1.0" in told


def test_what_describes_it() -> None:
    """Its fingerprint is that of its sources, Python and C, and of nothing else."""
    folder = Path(builder.__file__).parent
    sources = sorted([*folder.glob("*.py"), *folder.glob("*.c")])
    content = b"\0".join(path.read_bytes() for path in sources)
    assert describe() == {
        "protocol": 1,
        "name": "reference",
        "version": "1",
        "homepage": "https://github.com/envparity/envparity/tree/main/reference",
        "fingerprint": hashlib.sha256(content).hexdigest(),
    }


class TestArguments:
    """What the builder is asked for a command line."""

    @pytest.fixture(name="asked")
    def _asked(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
        """Every call of the builder, which builds nothing."""
        calls: list[tuple[Any, ...]] = []
        monkeypatch.setattr(builder, "build", lambda *words, **more: calls.append((*words, more)))
        return calls

    def test_request(
        self, asked: list[tuple[Any, ...]], tmp_path: Path, newest: Interpreter
    ) -> None:
        """A request's wheels come in its order, and the usual link mode is `symlink`."""
        wheels = [Path("/w/b.whl"), Path("/w/a.whl")]
        assert main(["build", request_file(tmp_path, newest, *wheels)]) == 0
        output = tmp_path / "env"
        assert asked == [(newest.executable, wheels, output, {"link_mode": "symlink"})]

    @pytest.mark.parametrize("python", ["3.99", "python3.99", "{folder}/python3.99"])
    def test_make(
        self, asked: list[tuple[Any, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        python: str,
    ) -> None:  # fmt: skip
        """An interpreter is a version, a name on PATH or a path; packages may have priorities."""
        program = tmp_path / "python3.99"
        program.touch(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        words = ["a.whl", "tree@-1", "b@2", "odd@name", "@3", "line\nfeed@1"]
        named = python.format(folder=tmp_path)
        command = ["--link-mode", "copy", "make", "--python", named, "--output", "o", *words]
        assert main(command) == 0
        packages = [Path(name) for name in ("a.whl", "tree", "b", "odd@name", "@3", "line\nfeed")]
        more = {"link_mode": "copy", "priorities": [0, -1, 2, 0, 0, 1]}
        assert asked == [(program, packages, Path("o"), more)]

    def test_no_interpreter(
        self, asked: list[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An interpreter that is nowhere is named."""
        assert main(["make", "--python", "9.9", "--output", "o"]) == 1
        assert capsys.readouterr().err == "reference: 9.9: no such interpreter on PATH\n"
        assert asked == []

    @pytest.mark.parametrize(
        "words", [[], ["make", "--output", "o"], ["make", "--python", "3"], ["build"],
                  ["--link-mode", "no", "describe"]],
    )  # fmt: skip
    def test_usage(self, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
        """A command line that lacks something is a mistake of usage."""
        with pytest.raises(SystemExit) as caught:
            main(words)
        assert caught.value.code == 2
        assert capsys.readouterr().err.startswith("usage: reference ")

    def test_help(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Help says what it is, and what the packages of `make` may be."""
        for words, told in (
            (["--help"], "The reference as a program: the builder protocol"),
            (["--help"], "COMMAND"),
            (["make", "--help"], "PACKAGE[@PRIORITY]"),
            (["make", "--help"], "a wheel or a package tree; the lower priority wins"),
            (["make", "--help"], "3.12, a name on PATH or a path"),
        ):
            with pytest.raises(SystemExit):
                main(words)
            assert f" {told}" in f" {capsys.readouterr().out}".replace("\n", "\n ")


class TestEnds:
    """How it ends when a build does not."""

    def end(self, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
        """The exit status of a build that ends in *error*."""

        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(builder, "build", fail)
        return main(["make", "--python", sys.executable, "--output", "o"])

    def test_a_reason_of_two_lines(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A reason is one line, whatever it quotes."""
        assert self.end(monkeypatch, BuildError("one\ntwo")) == 1
        assert capsys.readouterr().err == "reference: one two\n"

    def test_interrupted(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Ctrl-C is no traceback, and the status that shells give it."""
        assert self.end(monkeypatch, KeyboardInterrupt()) == 130
        assert capsys.readouterr().err == "reference: interrupted\n"

    def test_terminated(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """SIGTERM ends it as an exit does, so that it cleans up, with the status of a shell."""
        handlers: dict[int, Any] = {}
        monkeypatch.setattr(signal, "signal", handlers.__setitem__)
        assert main(["describe"]) == 0
        with pytest.raises(SystemExit) as caught:
            handlers[signal.SIGTERM](signal.SIGTERM, None)
        assert caught.value.code == 143

    def test_umask(self) -> None:
        """Whatever the umask was, others can read what is built."""
        old = os.umask(0o077)
        try:
            assert main(["describe"]) == 0
            assert os.umask(0o077) == 0o022
        finally:
            os.umask(old)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"nonsense", "not a request: Expecting value: line 1 column 1 (char 0)"),
        (b'{"protocol": 1}', "not a request: 'packages' is missing"),
        (b'{"protocol": 3}', "only protocol 1 is spoken here"),
        (b"[]", "not a request: list indices must be integers or slices, not str"),
        (b'{"protocol": 1, "packages": [], "interpreter": {"executable": ""}, "output": "\\u0000"}',
         "not a request: a path holds a NUL"),
    ],
)  # fmt: skip
def test_requests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes, reason: str
) -> None:
    """What is wrong with a request is said with its path."""
    path = tmp_path / "request.json"
    path.write_bytes(text)
    assert main(["build", str(path)]) in (1, 4)
    assert capsys.readouterr().err == f"reference: {path}: {reason}\n"
