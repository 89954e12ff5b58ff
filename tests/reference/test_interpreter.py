"""What the base says about itself is believed, checked and remembered."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference import interpreter
from reference.errors import BuildError, Unsupported
from reference.interpreter import Interpreter
from reference.store import Store

#: Prints its answer, and notes how it was asked: words, variables, folder.
TALKER = """#!/bin/sh
{ pwd; env; printf '%%s\\n' "$@"; } >> %(folder)s/asked
echo told >> %(folder)s/times
cat %(folder)s/answer
"""


def facts(prefix: Path, **changes: Any) -> dict[str, Any]:
    """What a CPython 3.12 in *prefix* says."""
    site = "lib/python3.12/site-packages"
    usual = {
        "implementation": "cpython",
        "version": [3, 12, 1],
        "full_version": "3.12.1",
        "executable": str(prefix / "bin/talker"),
        "prefix": str(prefix),
        "exec_prefix": str(prefix),
        "libpython": "/lib/libpython3.12.so",
        "archive": None,
        "link_options": ["-lm"],
        "abiflags": "",
        "wide_unicode": True,
        "glibc": [2, 36],
        "platform": "linux_x86_64",
        "stdlib": "lib/python3.12",
        "scheme": {"purelib": site, "headers": "include/python3.12"},
        "site_packages": [site],
        "include_folders": [],
    }
    return {**usual, **changes}


@pytest.fixture(name="talker")
def _talker(tmp_path: Path) -> Path:
    """A program that says that it is a CPython."""
    talker = tmp_path / "base/bin/talker"
    talker.parent.mkdir(parents=True)
    talker.write_text(TALKER % {"folder": tmp_path})
    talker.chmod(0o755)
    tell(talker)
    return talker


def tell(talker: Path, **changes: Any) -> None:
    """Have it say something else."""
    folder = talker.parents[2]
    (folder / "answer").write_text(json.dumps(facts(folder / "base", **changes)))


def test_facts(talker: Path, tmp_path: Path) -> None:
    """Every fact is there, with paths for what are paths."""
    found = interpreter.ask(talker, Store(tmp_path / "store"))
    prefix = tmp_path / "base"
    told = facts(prefix, version=(3, 12, 1), executable=talker)
    told.update(prefix=prefix, libpython=Path("/lib/libpython3.12.so"))
    del told["implementation"], told["exec_prefix"]
    assert found == Interpreter(**told)
    assert found.minor == "3.12"


def test_how_it_is_asked(talker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked without site and without variables, in a folder with no modules of anybody's."""
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("PATH", "/usr/bin:/bin:/own")
    monkeypatch.chdir(tmp_path)
    interpreter.ask(talker, Store(tmp_path / "store"))
    asked = (tmp_path / "asked").read_text()
    folder, _, rest = asked.partition("\n")
    variables = {line.partition("=")[0] for line in rest.split("-E\n")[0].splitlines()}
    assert folder == "/"
    assert variables - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "LC_ALL"}
    assert "\nPATH=/usr/bin:/bin:/own\n" in asked
    assert "\nLC_ALL=C.UTF-8\n" in asked
    assert "\n-E\n-s\n-S\n-B\n-c\n" in asked


def test_no_path(talker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has no PATH still has the system's."""
    monkeypatch.delenv("PATH")
    interpreter.ask(talker, Store(tmp_path / "store"))
    assert f"\nPATH={os.defpath}\n" in (tmp_path / "asked").read_text()


def test_asked_once(talker: Path, tmp_path: Path) -> None:
    """Its answer is remembered until the program changes."""
    store = Store(tmp_path / "store")
    for _ in range(2):
        interpreter.ask(talker, store)
    assert (tmp_path / "times").read_text() == "told\n"
    talker.write_text(talker.read_text() + "# changed\n")
    interpreter.ask(talker, store)
    assert (tmp_path / "times").read_text() == "told\ntold\n"


def test_each_name_is_asked(talker: Path, tmp_path: Path) -> None:
    """A link to the same program is another interpreter, since it may have another prefix."""
    link = tmp_path / "link"
    link.symlink_to(talker)
    for program in (talker, link):
        interpreter.ask(program, Store(tmp_path / "store"))
    assert (tmp_path / "times").read_text() == "told\ntold\n"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"implementation": "pypy"}, "only CPython 2.7 and 3.6 or later can be a base"),
        ({"version": [2, 6, 9]}, "only CPython 2.7 and 3.6 or later can be a base"),
        ({"version": [3, 5, 10]}, "only CPython 2.7 and 3.6 or later can be a base"),
        ({"exec_prefix": "/elsewhere"}, "its exec_prefix is not its prefix"),
        ({"stdlib": "../lib"}, "it keeps ../lib outside of its prefix"),
        ({"scheme": {"purelib": "../pure"}}, "it keeps ../pure outside of its prefix"),
        ({"site_packages": ["a", "../b"]}, "it keeps ../b outside of its prefix"),
    ],
)
def test_unsupported(talker: Path, tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    """What cannot be a base is said to be none, with the reason."""
    tell(talker, **changes)
    with pytest.raises(Unsupported) as caught:
        interpreter.ask(talker, Store(tmp_path / "store"))
    assert str(caught.value) == f"{talker}: {reason}"


@pytest.mark.parametrize("version", [(2, 7, 0), (3, 6, 0), (3, 20, 1)])
def test_supported(talker: Path, tmp_path: Path, version: tuple[int, int, int]) -> None:
    """CPython 2.7, 3.6 and all that comes after it can be a base."""
    tell(talker, version=version)
    assert interpreter.ask(talker, Store(tmp_path / "store")).version == version


def test_usual_name(talker: Path, tmp_path: Path) -> None:
    """The executable is pythonX.Y of the prefix where that is the same program."""
    store = Store(tmp_path / "store")
    usual = talker.with_name("python3.12")
    usual.write_text("another")
    assert interpreter.ask(talker, store).executable == talker
    usual.unlink()
    usual.symlink_to("talker")
    assert interpreter.ask(talker, store).executable == usual


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("echo first >&2; echo last >&2; exit 3", "last"),
        ("exit 3", "exit status 3"),
        ("printf 'caf\\351\\n' >&2; exit 3", "caf\ufffd"),
        ("echo nonsense", "Expecting value: line 1 column 1 (char 0)"),
    ],
)
def test_no_answer(talker: Path, tmp_path: Path, body: str, reason: str) -> None:
    """A program that cannot answer is an error with the last thing that was said, on one line."""
    talker.write_text(f"#!/bin/sh\n{body}\n")
    with pytest.raises(BuildError) as caught:
        interpreter.ask(talker, Store(tmp_path / "store"))
    said = str(caught.value)
    assert said.startswith(f"{talker}: cannot be asked about itself: ")
    assert said.rstrip(".").endswith(reason)
    assert "\n" not in said
    assert not list((tmp_path / "store/interpreters").glob("[!.]*[!k]"))


def test_no_end(talker: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that does not end has a minute."""

    def wait(command: list[str], *, timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired("it", timeout)

    monkeypatch.setattr(subprocess, "run", wait)
    with pytest.raises(BuildError, match=r"timed out after 60 seconds$"):
        interpreter.ask(talker, Store(tmp_path / "store"))


def test_nobody_to_ask(tmp_path: Path) -> None:
    """A program that is not there is named."""
    with pytest.raises(BuildError) as caught:
        interpreter.ask(tmp_path / "gone", Store(tmp_path / "store"))
    reason = "cannot be asked about itself: No such file or directory"
    assert str(caught.value) == f"{tmp_path}/gone: {reason}"


@pytest.mark.parametrize(
    ("prefix", "shares"),
    [("/", True), ("/usr", True), ("/usr/local", True), ("/opt", False), ("/usr/lib/x", False)],
)
def test_shared_prefix(newest: Interpreter, prefix: str, shares: bool) -> None:
    """/usr, /usr/local and / are the system's."""
    assert replace(newest, prefix=Path(prefix)).shares_prefix is shares


class TestPrograms:
    """The programs of an interpreter are told from what was installed beside it."""

    def of(self, newest: Interpreter, folder: Path, flags: str = "") -> Interpreter:
        """A 3.12 in *folder*."""
        program = folder / f"python3.12{flags}"
        program.write_bytes(b"\x7fELF")
        return replace(newest, executable=program, version=(3, 12, 1), abiflags=flags)

    def test_pythons(self, newest: Interpreter, tmp_path: Path) -> None:
        """Its own names are those that lead to it, with the flags of its ABI and without."""
        found = self.of(newest, tmp_path, "d")
        for name in ("python", "python3", "python3d", "python3.12"):
            (tmp_path / name).symlink_to("python3.12d")
        (tmp_path / "pythond").write_text("another")
        (tmp_path / "python3.1").symlink_to("python3.12d")
        names = {path.name for path in found.pythons}
        assert names == {"python", "python3", "python3d", "python3.12", "python3.12d"}

    def test_tools(self, newest: Interpreter, tmp_path: Path) -> None:
        """Tools of this version are its own, by their name or by the Python that they name."""
        found = self.of(newest, tmp_path)
        mark = f"#!{tmp_path}/python3.12\n"
        own = (
            "python3.12-config", "x86_64-linux-gnu-python3.12-config", "python3.12-gdb.py",
            "pydoc3.12", "idle3.12", "2to3-3.12", "pyvenv-3.12", "pdb3.12", "pygettext3.12",
            "smtpd3.12.py",
        )  # fmt: skip
        named = ("pydoc", "pydoc3", "2to3", "smtpd.py", "python3-config", "python-config")
        others = ("pip3.12", "idle3.11", "python3.11-config", "idle", "python2-config", "idle3",
                  "python3.12-config-x", "wheel")  # fmt: skip
        for name in (*own, *others):
            (tmp_path / name).write_text("#!/bin/sh\n")
        for name in (*named, "pip"):
            (tmp_path / name).write_text(mark)
        (tmp_path / "pydoc3.1").write_text("#!/usr/bin/python3.1\n")
        (tmp_path / "pygettext3").mkdir()
        (tmp_path / "pdb3").symlink_to("pdb3.12")
        expected = {*own, *named, "pdb3", "python3.12"}
        assert [path.name for path in found.programs] == sorted(expected)
