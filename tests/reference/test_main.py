"""The reference as a program: the builder protocol and its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reference.__main__ import main
from reference.interpreter import Interpreter

from .conftest import WheelMaker


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of its own for each test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


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
