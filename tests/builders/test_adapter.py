"""What all adapters to tools have in common: what a tool says becomes one line."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from envparity.builders import Refused, Unsupported, adapter, stow
from envparity.builders.adapter import Package, Task, base_pip, pip_install, run, telling
from envparity.errors import BuilderError


def make_task(folder: Path, *packages: Package, python: Path = Path(sys.executable)) -> Task:
    """A task for the adapters, in *folder*."""
    base = Path(sys.base_prefix)
    return Task(python, base, "3.12", packages, folder / "env", folder / "scratch")


def script(path: Path, text: str) -> Path:
    """A shell script at *path*."""
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("one\ntwo\n\n", "two"),
        ("ERROR: first\nERROR: second\nsee the manual\n", "first"),
        ("ERROR: Exception:\nTraceback (most recent call last):\n  x\nOSError: full\n",
         "OSError: full"),
        ("  \n", ""),
    ],
)  # fmt: skip
def test_the_telling_line(text: str, line: str) -> None:
    """Of what a tool prints, its first error or else its last line tells what went wrong."""
    assert line == telling(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("echo out; echo 'no room' >&2; exit 7", "no room"),
        ("echo only here; exit 7", "only here"),
        ("exit 7", "tool ended with 7"),
    ],
)
def test_a_tool_that_fails(tmp_path: Path, text: str, line: str) -> None:
    """A tool that fails is a builder's error with what the tool said, never a traceback."""
    tool = script(tmp_path / "tool", text)
    with pytest.raises(BuilderError) as caught:
        run(tool)
    assert line == str(caught.value)


def test_a_tool_that_cannot_be_started(tmp_path: Path) -> None:
    """A tool that is no program is a builder's error as well."""
    with pytest.raises(BuilderError, match="No such file"):
        run(tmp_path / "tool")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("ERROR: No matching distribution found for x==1.0", Refused),
        ("ERROR: Cannot install a==1 and a==2 because these have conflicting dependencies.",
         Refused),
        ("Double requirement given: a==2 (already in a==1, name='a')", Refused),
        ("a requires Python '>=9' but the running Python is 3.6.15", Refused),
        ("For req: a==1. Invalid script entry point name '../b': it would be outside", Refused),
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left",
         BuilderError),
    ],
)  # fmt: skip
def test_refusals_of_pip(
    tmp_path: Path, said: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip will not do is refused; what it cannot do is an error."""
    python = script(tmp_path / "python", f'echo "{said}" >&2; exit 1')
    monkeypatch.setattr(adapter, "base_pip", lambda _: Path("pip"))
    with pytest.raises(kind) as caught:
        pip_install(make_task(tmp_path, Package("a", "1", tmp_path / "a.whl")), python)
    assert str(caught.value) == f"pip: {said.removeprefix('ERROR: ')}"


def test_a_base_without_ensurepip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base that has no pip to offer, as Debian's without python3-venv, is not served."""
    monkeypatch.setenv("HOME", str(tmp_path))
    python = script(tmp_path / "python", "echo 'No module named ensurepip' >&2; exit 1")
    with pytest.raises(Unsupported, match=r"has no pip .*apt install python3\.12-venv\)"):
        base_pip(make_task(tmp_path, python=python))


@pytest.mark.parametrize(
    ("module", "remedy"),
    [("uv", "pip install uv"), ("pex", "pip install pex"), ("stow", "apt install stow")],
)
def test_a_missing_tool(tmp_path: Path, module: str, remedy: str) -> None:
    """Without its tool an adapter still describes itself, and says how to get the tool."""
    made = getattr(__import__(f"envparity.builders.{module}").builders, module).ADAPTER("", "")
    assert made.describe().version == ""
    with pytest.raises(Unsupported, match=f"is not installed here: .*{remedy}"):
        made.build(make_task(tmp_path))


def describe(tool: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> dict[str, str]:
    """What stow's adapter with *tool* says of itself."""
    monkeypatch.setattr(sys, "argv", ["-c", "stow", "", str(tool), "describe"])
    adapter.main()
    found: dict[str, str] = json.loads(capsys.readouterr().out)
    return found


def test_the_fingerprint_covers_the_tool(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool of another version is another builder."""
    told = [
        describe(script(tmp_path / "stow", f"echo stow version {version}"), capsys, monkeypatch)
        for version in ("2.3.1", "2.3.1", "2.4.0")
    ]
    assert ["2.3.1", "2.3.1", "2.4.0"] == [one["version"] for one in told]
    assert told[0]["fingerprint"] == told[1]["fingerprint"] != told[2]["fingerprint"]
    assert told[0]["homepage"] == stow.HOMEPAGE


@pytest.mark.parametrize(
    ("prefix", "status", "words"),
    [("/usr", 4, "stow would link it all"), ("/opt/python", 1, "stow: no luck")],
)
def test_the_program_ends_as_the_protocol_says(
    tmp_path: Path, prefix: str, status: int, words: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """What an adapter raises becomes an exit status and one line."""
    request = {
        "interpreter": {"executable": sys.executable, "prefix": prefix, "version": "3.12.1"},
        "packages": [],
        "output": str(tmp_path / "env"),
        "scratch": str(tmp_path),
    }
    (tmp_path / "REQUEST.json").write_text(json.dumps(request))
    tool = script(tmp_path / "tool", "echo no luck >&2; exit 2")
    arguments = ["stow", "", str(tool), "build", str(tmp_path / "REQUEST.json")]
    monkeypatch.setattr(sys, "argv", ["-c", *arguments])
    with pytest.raises(SystemExit) as ended:
        adapter.main()
    assert status == ended.value.code
    assert [words in line for line in capsys.readouterr().err.splitlines()] == [True]
