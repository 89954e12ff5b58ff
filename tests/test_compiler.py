"""Tests of compiling what packages bring as sources."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from envparity import compiler
from envparity.compiler import Binary, compile_binaries, read_binaries, words
from envparity.document import Document
from envparity.errors import CorpusError, UsageError
from tests.doubles import make_interpreter

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter

NOTHING = "int main(void) { return 0; }\n"
X = Binary("programs", "bin/x", ("src/x.c",))


class Folder:
    """A package folder with sources."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, Path] = {}

    def write(self, name: str, text: str = NOTHING) -> Path:
        """Write one of its files."""
        path = self.files[name] = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def compile(self, *binaries: Binary, base: Interpreter | None = None) -> dict[str, bytes]:
        """Compile *binaries* of it, X if there are none."""
        base = base or make_interpreter()
        return compile_binaries(binaries or (X,), self.files, base, folder=self.path)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Make a package folder with one source."""
    made = Folder(tmp_path / "sample")
    made.write("src/x.c")
    return made


class TestReading:
    """What package.toml says of sources."""

    def read(self, text: str, *files: str) -> tuple[Binary, ...]:
        """Read what is compiled of *files*."""
        document = Document(Path("package.toml"), text)
        found = read_binaries(document, {name: Path(name) for name in files})
        assert document.errors == []
        return found

    def test_listed(self) -> None:
        """Libraries come first, extensions land in lib/ by module, and programs in bin/."""
        text = """
        [programs]
        tool = { sources = ["src/a.c"], flags = ["-lx"] }
        [extensions]
        "pkg._fast" = { sources = ["src/b.c", "src/c.c"] }
        [libraries]
        "data/lib/libx.so" = { sources = ["src/a.c"] }
        """
        assert self.read(text, "src/a.c", "src/b.c", "src/c.c") == (
            Binary("libraries", "data/lib/libx.so", ("src/a.c",)),
            Binary("extensions", "lib/pkg/_fast", ("src/b.c", "src/c.c")),
            Binary("programs", "bin/tool", ("src/a.c",), ("-lx",)),
        )

    def test_not_listed(self) -> None:
        """A source that nothing lists is a program, unless it is no source or lies deeper."""
        files = ("src/a.c", "src/a.h", "src/deep/b.c", "lib/c.c")
        assert self.read("", *files) == (Binary("programs", "bin/a", ("src/a.c",)),)

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("programs = {x = {}}", '`x` without sources (sources = ["src/…c"])'),
            ("programs = {x = {sources = ['src/b.c']}}", "no such source: `src/b.c` (did you m"),
            ("programs = {x = {sources = ['lib/m.py']}}", "no such source: `lib/m.py` (there a"),
            ("extensions = {'a-b' = {sources = ['src/a.c']}}", "no name for a module: `a-b`"),
            ("extensions = {'a.' = {sources = ['src/a.c']}}", "no name for a module: `a.`"),
        ],
    )
    def test_complaints(self, text: str, complaint: str) -> None:
        """Each mistake is complained of on its line."""
        document = Document(Path("package.toml"), text)
        read_binaries(document, {"src/a.c": Path("src/a.c"), "lib/m.py": Path("lib/m.py")})
        (error,) = document.errors
        assert str(error).startswith(f"package.toml:1: {complaint}")


def test_words() -> None:
    """Words stand for what the interpreter says, or for what is usual where it says nothing."""
    base = make_interpreter("3.12.1", prefix=Path("/opt/base"))
    assert words(base) == {
        "@PYTHON@": "/opt/base/bin/python3.12",
        "@PREFIX@": "/opt/base",
        "@LIBDIR@": "/opt/base/lib",
        "@LDVERSION@": "3.12",
    }
    said = words(attrs.evolve(base, config_vars={"LIBDIR": "/opt/lib64", "LDVERSION": "3.12d"}))
    assert (said["@LIBDIR@"], said["@LDVERSION@"]) == ("/opt/lib64", "3.12d")


class TestCompiling:
    """Sources become programs, libraries and extensions."""

    def test_program(self, folder: Folder, tmp_path: Path) -> None:
        """A program runs, and finds the headers and the library that it was compiled with."""
        folder.write("src/answer.h", "#define ANSWER 21\n")
        folder.write("src/twice.c", "int twice(int x) { return 2 * x; }\n")
        folder.write(
            "src/x.c",
            '#include "answer.h"\nint twice(int);\nint main(void) { return twice(ANSWER); }\n',
        )
        library = Binary("libraries", "data/lib/libtwice.so", ("src/twice.c",))
        flags = ("-Ldata/lib", "-ltwice", "-Wl,-rpath,$ORIGIN/../data/lib")
        made = folder.compile(library, attrs.evolve(X, flags=flags))
        assert list(made) == ["data/lib/libtwice.so", "bin/x"]
        for name, data in made.items():
            path = tmp_path / "made" / name
            path.parent.mkdir(parents=True)
            path.write_bytes(data)
            path.chmod(0o755)
        assert subprocess.run([tmp_path / "made/bin/x"], check=False).returncode == 42

    @pytest.mark.parametrize(
        ("variables", "name"),
        [
            ({"EXT_SUFFIX": ".cpython-312-x86_64-linux-gnu.so"}, "lib/_f.cpython-312-x86_64-li"),
            ({}, "lib/_f.so"),
        ],
    )
    def test_extension(self, folder: Folder, variables: dict[str, str], name: str) -> None:
        """An extension has the suffix that the interpreter looks for."""
        extension = Binary("extensions", "lib/_f", ("src/x.c",))
        (made,) = folder.compile(extension, base=make_interpreter(config_vars=variables))
        assert made.startswith(name)

    def test_headers(self, folder: Folder, tmp_path: Path) -> None:
        """The interpreter's headers are found."""
        folder.write("src/x.c", "#include <Python.h>\nint main(void) { return ANSWER; }\n")
        (tmp_path / "include").mkdir()
        (tmp_path / "include/Python.h").write_text("#define ANSWER 0\n")
        base = make_interpreter(paths={"include": str(tmp_path / "include")})
        assert folder.compile(base=base)["bin/x"].startswith(b"\x7fELF")

    def test_deterministic(self, folder: Folder) -> None:
        """The same sources are the same bytes, without a path of the build."""
        folder.write("src/x.c", "const char *f = __FILE__;\n" + NOTHING)
        first = folder.compile()
        assert first == folder.compile()
        assert b"envparity-cc" not in first["bin/x"]

    def test_words_in_flags(self, folder: Folder) -> None:
        """Flags may name the base interpreter."""
        flags = ("-Wl,-rpath,@LIBDIR@:@PREFIX@/x@LDVERSION@",)
        base = make_interpreter("3.12.1", prefix=Path("/opt/base"))
        code = folder.compile(attrs.evolve(X, flags=flags), base=base)["bin/x"]
        assert b"/opt/base/lib:/opt/base/x3.12\0" in code


class TestErrors:
    """What does not compile."""

    @pytest.mark.parametrize(
        ("source", "where", "message"),
        [
            ("\nint main(void) { return x; }", "src/x.c:2", "x.*undeclared"),
            ("#include <no-such.h>", "src/x.c:1", "no-such.h: No such file"),
            ("const char *now = __TIME__;", "src/x.c:1", "reproducible"),
            ("int other(void) { return 0; }", "", "undefined reference to .*main"),
        ],
    )
    def test_source(self, folder: Folder, source: str, where: str, message: str) -> None:
        """What does not compile, or not twice the same, is an error in the source's line."""
        folder.write("src/x.c", source)
        with pytest.raises(CorpusError, match=rf": does not compile: .*{message}") as caught:
            folder.compile()
        assert str(caught.value).startswith(f"{folder.path / where}: ")

    def test_no_headers(self, folder: Folder) -> None:
        """An extension without the interpreter's headers says what the scenario needs."""
        folder.write("src/x.c", "#include <Python.h>")
        with pytest.raises(CorpusError, match=r"Python\.h.*needs = \[.headers.\]"):
            folder.compile()

    def test_no_compiler(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a compiler the error says what to install."""
        monkeypatch.setenv("PATH", str(folder.path))
        with pytest.raises(UsageError, match=r"no C compiler.*apt install build-essential"):
            folder.compile()

    @pytest.mark.parametrize(
        ("does", "message"),
        [
            ("exit 3", "does not compile: exit status 3"),
            ("echo first >&2; exit 1", "does not compile: first"),
            ("exec sleep 9", "the compiler took more than 0.1 seconds"),
        ],
    )
    def test_odd_compiler(
        self, folder: Folder, monkeypatch: pytest.MonkeyPatch, does: str, message: str
    ) -> None:
        """A compiler that fails with few words or none, or never ends, is an error too."""
        program = folder.write("cc", f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder.path}:{os.environ['PATH']}")
        monkeypatch.setattr(compiler, "COMPILE_SECONDS", 0.1 if "sleep" in does else 60)
        with pytest.raises(CorpusError) as caught:
            folder.compile()
        assert str(caught.value) == f"{folder.path}: {message}"
