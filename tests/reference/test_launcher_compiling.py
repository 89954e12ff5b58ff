"""How the launcher is compiled, seen by a compiler that notes what it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference import launcher
from reference.errors import BuildError
from reference.interpreter import Interpreter
from reference.launcher import LONGEST, MARK, RUN_PATH
from reference.store import Store

#: What it makes: the places for the environment and for the folder of its library, and their ends.
COMPILED = b"<" + (MARK + b"\0").ljust(LONGEST + 32, b"\0") + b"|" + RUN_PATH + b"\0>"

COMPILER = """#!/bin/sh
printf '%s\\n' "$@" END >> {folder}/words
for word; do
    test "$last" = -o && output=$word
    last=$word
done
case "$*" in
*{refused}*) cat {folder}/complaint >&2; exit 1 ;;
esac
cat {folder}/compiled > "$output"
"""


class Compiler:
    """A compiler in *folder*, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "cc"
        (folder / "compiled").write_bytes(COMPILED)
        (folder / "complaint").touch()
        self.refuse("nothing")

    def refuse(self, word: str, complaint: str = "") -> None:
        """Fail for every command with *word* in it."""
        self.path.write_text(COMPILER.replace("{folder}", str(self.folder))
                             .replace("{refused}", word))  # fmt: skip
        self.path.chmod(0o755)
        (self.folder / "complaint").write_text(complaint)

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command."""
        text = (self.folder / "words").read_text()
        return [part.splitlines() for part in text.split("END\n")[:-1]]


@pytest.fixture(name="compiler")
def _compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Compiler:
    """The compiler, by name in CC."""
    folder = tmp_path / "compiler"
    folder.mkdir()
    compiler = Compiler(folder)
    monkeypatch.setenv("CC", str(compiler.path))
    return compiler


@pytest.fixture(name="python")
def _python(newest: Interpreter, tmp_path: Path) -> Interpreter:
    """A 3.12 with a library of its own, in a folder with a quotation mark."""
    prefix = tmp_path / 'a "base"\\'
    for path in ("bin/python3.12", "lib/libpython3.12.so"):
        (prefix / path).parent.mkdir(parents=True)
        (prefix / path).write_bytes(b"\x7fELF".ljust(16, b"\0") + b"\2\0")
    return replace(
        newest, prefix=prefix, executable=prefix / "bin/python3.12", version=(3, 12, 1),
        libpython=prefix / "lib/libpython3.12.so", archive=None, abiflags="",
        stdlib="lib/python3.12", include_folders=["/include/one", "/include/two"],
        link_options=["-Xlinker", "-lm"],
    )  # fmt: skip


def make(python: Interpreter, tmp_path: Path) -> bytes:
    """The launcher for /env."""
    return launcher.make(python, Path("/env"), Store(tmp_path / "store"))


def options(words: list[str]) -> list[str]:
    """What is asked beside what is always asked."""
    assert words[:4] == ["-O2", "-s", "-w", "-o"]
    assert words[5] == str(launcher.SOURCE)
    return [word for word in words[6:] if not word.startswith("-D") or word == "-DLINKED"]


def test_shared_library(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """It is linked with the base's library, and finds the environment's first."""
    make(python, tmp_path)
    (words,) = compiler.commands
    assert options(words) == [
        "-DLINKED", "-I/include/one", "-I/include/two", str(python.libpython),
        f"-Wl,-rpath,{RUN_PATH.decode()}", "-Wl,--enable-new-dtags",
    ]  # fmt: skip


def test_run_path_of_old(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """Where the base is found before LD_LIBRARY_PATH is read, so is the environment."""
    readelf = tmp_path / "tools/readelf"
    readelf.parent.mkdir()
    readelf.write_text(
        f"#!/bin/sh\ntest \"$*\" = '-d {python.executable}' && echo '0x0f (RPATH)'\n"
    )
    readelf.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{readelf.parent}:{os.environ['PATH']}")
        make(python, tmp_path)
    assert compiler.commands[0][-1] == "-Wl,--disable-new-dtags"


def test_no_readelf(
    python: Interpreter, compiler: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without readelf the base is taken for one of today."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    make(python, tmp_path)
    assert compiler.commands[0][-1] == "-Wl,--enable-new-dtags"


def test_shared_prefix(
    python: Interpreter, compiler: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a prefix that is the system's the library is found as everybody's."""
    monkeypatch.setattr(Interpreter, "shares_prefix", True)
    program = make(python, tmp_path)
    assert options(compiler.commands[0])[-1] == str(python.libpython)
    assert RUN_PATH in program


def test_what_it_is_told(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """The base's facts are C's strings, whatever they hold, and its version a number."""
    make(python, tmp_path)
    told = dict(word[2:].partition("=")[::2] for word in compiler.commands[0]
                if word.startswith("-D") and word != "-DLINKED")  # fmt: skip
    base = f'{tmp_path}/a \\"base\\"\\\\'
    assert told == {
        "VERSION": str(0x030C),
        "BASE_PREFIX": f'"{base}"',
        "BASE_EXECUTABLE": f'"{base}/bin/python3.12"',
        "PROGRAM": '"bin/python3.12"',
        "STDLIB": '"lib/python3.12"',
        "ZIP": '"lib/python312.zip"',
    }


def test_free_threaded(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """The archive of a free-threaded Python's library has a t in its name."""
    make(replace(python, abiflags="t"), tmp_path)
    assert '-DZIP="lib/python312t.zip"' in compiler.commands[0]


@pytest.mark.parametrize(("kind", "pie"), [(3, "-pie"), (2, "-no-pie")])
def test_archive(
    python: Interpreter, compiler: Compiler, tmp_path: Path, kind: int, pie: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A static base is linked again from its archive, as what it is, if that is the same build."""
    python.executable.write_bytes(b"\x7fELF".ljust(16, b"\0") + bytes([kind, 0]))
    static = replace(python, libpython=None, archive=tmp_path / "lib.a")
    monkeypatch.setattr(launcher, "_is_same_build", lambda *_: True)
    make(static, tmp_path)
    (words,) = compiler.commands
    assert options(words) == [
        "-DLINKED", "-I/include/one", "-I/include/two", pie, f"{tmp_path}/lib.a", "-Xlinker", "-lm"
    ]  # fmt: skip


def test_another_build(
    python: Interpreter, compiler: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the archive is that of another build, the launcher executes the base."""
    static = replace(python, libpython=None, archive=tmp_path / "lib.a")
    monkeypatch.setattr(launcher, "_is_same_build", lambda *_: False)
    make(static, tmp_path)
    assert [options(words)[-1] for words in compiler.commands] == ["-lm", "-static"]
    assert "-DLINKED" not in compiler.commands[1]


def test_broken_archive(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """An archive that cannot be linked is as good as none."""
    compiler.refuse("lib.a")
    assert make(replace(python, libpython=None, archive=tmp_path / "lib.a"), tmp_path)
    assert [options(words)[-1] for words in compiler.commands] == ["-lm", "-static"]


def test_no_static_library(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """Where nothing can be linked statically, the launcher is as everything else."""
    compiler.refuse("-static")
    assert make(replace(python, libpython=None), tmp_path)
    assert [options(words) for words in compiler.commands] == [["-static"], []]


@pytest.mark.parametrize(
    ("complaint", "reason"),
    [
        ("x.c: note\nx.c:1: error: first\nx.c:2: error: second\nend\n", "x.c:1: error: first"),
        ("first\nlast\n", "last"),
        ("", "no reason given"),
        ("caf\udce9\n", "caf\ufffd"),
    ],
)
def test_complaint(
    python: Interpreter, compiler: Compiler, tmp_path: Path, complaint: str, reason: str
) -> None:
    """A launcher that does not compile is one line with the compiler's reason."""
    compiler.refuse("-O2")
    (compiler.folder / "complaint").write_bytes(os.fsencode(complaint))
    with pytest.raises(BuildError) as caught:
        make(python, tmp_path)
    assert str(caught.value) == f"the launcher for {python.executable} does not compile: {reason}"


@pytest.mark.parametrize(("names", "expected"), [(["cc", "gcc"], "cc"), (["gcc"], "gcc")])
def test_which_compiler(
    python: Interpreter, compiler: Compiler, tmp_path: Path, names: list[str], expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Without CC it is `cc`, and without that `gcc`."""
    monkeypatch.delenv("CC")
    places = {name: f"{compiler.path}" if name == expected else "/nowhere" for name in names}
    monkeypatch.setattr(shutil, "which", places.get)
    make(python, tmp_path)
    assert len(compiler.commands) == 1


def test_no_compiler(python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no compiler is, one line says how to have one."""
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BuildError) as caught:
        make(python, tmp_path)
    assert str(caught.value) == (
        "no C compiler: install one as `cc` (Debian: apt install gcc libc6-dev; Fedora: dnf"
        " install gcc; Alpine: apk add gcc musl-dev) or name it in CC"
    )


def test_compiled_once(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """One launcher serves all environments of a base, until its program or library changes."""
    store = Store(tmp_path / "store")
    for environment in ("/one", "/two"):
        launcher.make(python, Path(environment), store)
    assert len(compiler.commands) == 1
    counts = []
    for path in (python.executable, python.libpython or Path()):
        before = path.stat().st_mtime_ns
        path.write_bytes(path.read_bytes() + b"more")
        for modified in (before, 1):
            os.utime(path, ns=(modified, modified))
            launcher.make(python, Path("/one"), store)
            counts.append(len(compiler.commands))
    assert counts == [2, 3, 4, 5]


def test_naming(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """Every byte of the program stays where it is, but for the two places that are filled."""
    program = make(python, tmp_path)
    named = b"/env".ljust(LONGEST, b"\0") + bytes(32)
    library = b"/env/lib".ljust(len(RUN_PATH), b"\0")
    assert program == b"<" + named + b"|" + library + b"\0>"


def test_length(python: Interpreter, compiler: Compiler, tmp_path: Path) -> None:
    """A path may be as long as the kernel's longest, and no byte longer."""
    store = Store(tmp_path / "store")
    longest = "/" + "x" * (LONGEST - 2)
    assert longest.encode() + b"\0" in launcher.make(python, Path(longest), store)
    with pytest.raises(BuildError, match=rf"^{longest}x: longer than {LONGEST} bytes$"):
        launcher.make(python, Path(longest + "x"), store)


SAME = """#!/bin/sh
# @ENVIRONMENT@
test "$1 $2 $3 $4 $5" = "-E -s -S -B -c" && echo "{answer}"
exit {status}
"""


@pytest.mark.parametrize(
    ("answer", "status", "same"), [("it", 0, True), ("another", 0, False), ("it", 1, False)]
)
def test_same_build(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    answer: str, status: int, same: bool,
) -> None:  # fmt: skip
    """A launcher is the base's build if it answers as the base does, under the base's name."""
    python.executable.write_text(SAME.format(answer="it", status=0))
    python.executable.chmod(0o755)
    program = tmp_path / "program"
    program.write_text(SAME.format(answer=answer, status=status))

    def name(compiled: bytes, environment: bytes, base: Interpreter) -> bytes:
        assert (environment, base) == (bytes(python.prefix), python)
        return compiled

    started: list[tuple[str, object]] = []

    def run(command: list[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        started.append((command[0], more["env"]))
        return real(command, **more)

    real = subprocess.run
    monkeypatch.setattr(launcher, "_name_environment", name)
    monkeypatch.setattr(subprocess, "run", run)
    assert launcher._is_same_build(program, python) is same
    assert started == [(str(python.executable), {})] * 2
