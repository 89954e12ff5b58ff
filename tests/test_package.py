"""Tests of building wheels from package folders."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import socket
import stat
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from installer.sources import WheelFile

from envparity.errors import CorpusError
from envparity.package import Wheel, build_wheel, load_package, read_package, wheel_is_shared
from tests.doubles import make_interpreter

if TYPE_CHECKING:
    from collections.abc import Callable

    from envparity.interpreter import Interpreter

BASE = make_interpreter()
PROBE = """
import json, platform, sys, sysconfig
variables = ("EXT_SUFFIX", "SOABI", "LDVERSION", "LIBDIR")
print(json.dumps({
    "executable": sys.executable,
    "version": platform.python_version(),
    "prefix": getattr(sys, "base_prefix", sys.prefix),
    "abiflags": getattr(sys, "abiflags", ""),
    "paths": sysconfig.get_paths(),
    "config_vars": {v: sysconfig.get_config_var(v) or "" for v in variables},
}))
"""
ANSWER = """
#include <Python.h>
#include "answer.h"
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(ANSWER); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, 0}, {0, 0, 0, 0}};
#if PY_MAJOR_VERSION >= 3
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_fast", 0, -1, methods};
PyMODINIT_FUNC PyInit__fast(void) { return PyModule_Create(&module); }
#else
PyMODINIT_FUNC init_fast(void) { Py_InitModule("_fast", methods); }
#endif
"""
MANIFEST = """
version = "2.0-rc1"
requires = ["other >= 1"]
python = ">=2.7"
console-scripts = { sample = "sample:main" }
entry-points = { "sample.plugins" = { b = "sample", a = "sample:main" } }
substitute = ["bin/sub"]
[libraries]
"data/lib/libtwice.so" = { sources = ["src/twice.c"] }
[extensions]
"sample._fast" = { sources = ["src/fast.c"] }
[programs]
tool = { sources = ["src/main.c"], flags = ["-Ldata/lib", "-ltwice", "-Wl,-rpath,$ORIGIN/../lib"] }
"""


def pythons() -> list[str]:
    """Return the CPythons to install with: pyenv's, and the one that runs this."""
    found = Path.home().glob(".pyenv/versions/*/bin/python")
    return [*sorted(str(path) for path in found), sys.executable]


@cache
def described(python: str) -> Interpreter:
    """Ask a real interpreter about itself."""
    answer = json.loads(subprocess.check_output([python, "-c", PROBE]))
    for key in ("executable", "prefix"):
        answer[key] = Path(answer[key])
    return make_interpreter(**answer)


class Folder:
    """A package folder in the making."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)

    def write(self, name: str, content: str | bytes = "", mode: int = 0o644) -> Path:
        """Write one of its files."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)
        return path

    def build(self, interpreter: Interpreter | None = None) -> Wheel:
        """Build its wheel beside it."""
        destination = self.path.parent / "wheels"
        destination.mkdir(exist_ok=True)
        interpreter = interpreter or BASE
        return build_wheel(self.path, interpreter=interpreter, destination=destination)

    def complaints(self) -> list[str]:
        """Return what is wrong with it, without its own path."""
        _, errors = read_package(self.path)
        return [str(error).replace(f"{self.path}/", "") for error in errors]


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], Folder]:
    """Make package folders."""
    return lambda name: Folder(tmp_path / name)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Make one package folder with one module."""
    made = Folder(tmp_path / "sample")
    made.write("lib/sample.py", "def main():\n    print('hello')\n")
    return made


@pytest.fixture
def compiled(tmp_path: Path) -> Folder:
    """Make a package folder of everything that can be compiled."""
    made = Folder(tmp_path / "Sample.Pkg")
    made.write("package.toml", MANIFEST)
    main = "def main():\n    from sample import _fast\n    print(_fast.answer())\n"
    made.write("lib/sample/__init__.py", main)
    made.write("bin/plain", "#!python\nimport sample\nsample.main()\n")
    made.write("bin/sub", "#!@PYTHON@\nprint('@PREFIX@')\n")
    made.write("bin/sh", "#!/bin/sh\necho shell\n")
    made.write("data/bin/text", "text")
    made.write("data/bin/run", "#!/bin/sh\necho run\n", 0o755)
    made.write("share/doc/naïve, file", "x")
    made.write("include/sample.h", "")
    made.write("src/answer.h", "#define ANSWER 42\n")
    made.write("src/fast.c", ANSWER)
    made.write("src/twice.c", "int twice(int x) { return 2 * x; }\n")
    out = '#include <stdio.h>\nint twice(int);\nint main(void) { printf("%d\\n", '
    made.write("src/main.c", out + "twice(21)); return 0; }\n")
    made.write("src/hello.c", out + "42); return 0; }\n")
    return made


def members(wheel: Wheel) -> dict[str, bytes]:
    """Return the contents of a wheel by name, in their order."""
    with zipfile.ZipFile(wheel.path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def modes(wheel: Wheel) -> dict[str, str]:
    """Return the modes of the files in a wheel by name."""
    with zipfile.ZipFile(wheel.path) as archive:
        return {i.filename: stat.filemode(i.external_attr >> 16) for i in archive.infolist()}


class TestWheel:
    """The wheel of a pure package."""

    def test_pure(self, folder: Folder) -> None:
        """A folder with a module is a wheel for every Python."""
        wheel = folder.build()
        assert wheel.path.name == "sample-1.0-py2.py3-none-any.whl"
        assert (wheel.name, wheel.version, wheel.requires) == ("sample", "1.0", ())
        assert wheel.digest == hashlib.sha256(wheel.path.read_bytes()).hexdigest()
        assert wheel_is_shared(folder.path)
        found = members(wheel)
        assert found["sample-1.0.dist-info/METADATA"].decode().splitlines() == [
            "Metadata-Version: 2.1",
            "Name: sample",
            "Version: 1.0",
        ]
        assert found["sample-1.0.dist-info/WHEEL"].decode().splitlines() == [
            "Wheel-Version: 1.0",
            "Generator: envparity",
            "Root-Is-Purelib: true",
            "Tag: py2-none-any",
            "Tag: py3-none-any",
        ]

    def test_distinction(self, make: Callable[[str], Folder]) -> None:
        """What follows an `@` in a folder's name is no part of the distribution's name."""
        folder = make("sample@2")
        folder.write("package.toml", 'version = "2.0"')
        wheel = folder.build()
        assert (wheel.name, wheel.version) == ("sample", "2.0")
        assert wheel.path.name == "sample-2.0-py2.py3-none-any.whl"
        assert b"\nName: sample\n" in members(wheel)["sample-2.0.dist-info/METADATA"]

    def test_places(self, folder: Folder) -> None:
        """Each folder of a package lands where its name says, and metadata comes last."""
        for name in ("bin/x", "share/x", "etc/x", "data/bin/x", "include/x.h"):
            folder.write(name)
        assert list(members(folder.build())) == [
            "sample-1.0.data/data/bin/x",
            "sample-1.0.data/data/etc/x",
            "sample-1.0.data/data/share/x",
            "sample-1.0.data/headers/x.h",
            "sample-1.0.data/scripts/x",
            "sample.py",
            "sample-1.0.dist-info/METADATA",
            "sample-1.0.dist-info/WHEEL",
            "sample-1.0.dist-info/RECORD",
        ]

    def test_modes(self, folder: Folder) -> None:
        """Scripts are executable, and everything else is if it was."""
        folder.write("bin/script", mode=0o600)
        folder.write("data/bin/text")
        folder.write("data/bin/run", mode=0o700)
        found = modes(folder.build())
        assert found["sample-1.0.data/scripts/script"] == "-rwxr-xr-x"
        assert found["sample-1.0.data/data/bin/text"] == "-rw-r--r--"
        assert found["sample-1.0.data/data/bin/run"] == "-rwxr-xr-x"
        assert found["sample.py"] == "-rw-r--r--"

    def test_bytes(self, folder: Folder) -> None:
        """Files are taken byte for byte: no shebang or word is replaced uncalled for."""
        content = b"#!python\r\n# @PYTHON@ \xff\x00"
        folder.write("bin/script", content)
        assert members(folder.build())["sample-1.0.data/scripts/script"] == content

    def test_record(self, folder: Folder) -> None:
        """RECORD lists each file with its hash and size, and itself without."""
        folder.write("share/a, b")
        wheel = folder.build()
        found = members(wheel)
        record = found["sample-1.0.dist-info/RECORD"].decode()
        rows = list(csv.reader(io.StringIO(record)))
        assert [row[0] for row in rows] == list(found)
        for name, digest, size in rows[:-1]:
            data = found[name]
            sha = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
            assert (digest, size) == (f"sha256={sha}", str(len(data)))
        assert rows[-1][1:] == ["", ""]
        with WheelFile.open(wheel.path) as file:
            file.validate_record()

    def test_deterministic(self, folder: Folder) -> None:
        """The same folder is the same wheel, whenever it was written."""
        first = folder.build()
        os.utime(folder.path / "lib/sample.py", (0, 0))
        second = folder.build()
        assert first == second
        with zipfile.ZipFile(first.path) as archive:
            assert {info.date_time for info in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert [path.name for path in first.path.parent.iterdir()] == [first.path.name]

    def test_metadata(self, compiled: Folder) -> None:
        """All that package.toml says is in the metadata, and the name is escaped."""
        loaded = load_package(compiled.path)
        assert loaded.requires == ("other>=1",)
        assert loaded.needs == ("cc", "headers")
        assert not wheel_is_shared(compiled.path)
        wheel = compiled.build(described(sys.executable))
        assert (wheel.name, wheel.version) == ("Sample.Pkg", "2.0rc1")
        found = members(wheel)
        assert found["sample_pkg-2.0rc1.dist-info/METADATA"].decode() == (
            "Metadata-Version: 2.1\nName: Sample.Pkg\nVersion: 2.0rc1\n"
            "Requires-Python: >=2.7\nRequires-Dist: other>=1\n"
        )
        assert found["sample_pkg-2.0rc1.dist-info/entry_points.txt"].decode() == (
            "[console_scripts]\nsample = sample:main\n"
            "[sample.plugins]\na = sample:main\nb = sample\n"
        )
        assert b"Root-Is-Purelib: false" in found["sample_pkg-2.0rc1.dist-info/WHEEL"]

    def test_script_that_escapes(self, folder: Folder) -> None:
        """A console script may be named after a place outside, for builders to refuse."""
        folder.write("package.toml", "console-scripts = {'../../escaped' = 'sample:main'}")
        entry_points = members(folder.build())["sample-1.0.dist-info/entry_points.txt"]
        assert entry_points == b"[console_scripts]\n../../escaped = sample:main\n"

    def test_substitute(self, folder: Folder) -> None:
        """The base interpreter takes the place of its words in the files that ask for it."""
        folder.write("package.toml", 'substitute = ["bin/foo"]')
        folder.write("bin/foo", b"#!@PYTHON@\n\xff @PREFIX@ @OTHER@")
        wheel = folder.build()
        assert wheel.path.name.startswith("sample-1.0-cp312-cp312-linux_")
        script = members(wheel)["sample-1.0.data/scripts/foo"]
        assert script == b"#!/opt/3.12.1/bin/python3.12\n\xff /opt/3.12.1 @OTHER@"
        assert not wheel_is_shared(folder.path)

    def test_tag(self, folder: Folder) -> None:
        """A tag of its own goes into the name and the metadata."""
        folder.write("package.toml", 'tag = "cp27-none-any"')
        wheel = folder.build()
        assert wheel.path.name == "sample-1.0-cp27-none-any.whl"
        assert b"\nTag: cp27-none-any\n" in members(wheel)["sample-1.0.dist-info/WHEEL"]

    @pytest.mark.parametrize(
        ("version", "abiflags", "tag"),
        [
            ("2.7.18", "", "cp27-none"),
            ("3.6.15", "m", "cp36-cp36m"),
            ("3.10.0", "", "cp310-cp310"),
            ("3.13.0", "t", "cp313-cp313t"),
            ("3.14.0rc1", "td", "cp314-cp314td"),
        ],
    )
    def test_abi(self, folder: Folder, version: str, abiflags: str, tag: str) -> None:
        """A wheel for one interpreter has that interpreter's ABI in its tag."""
        folder.write("package.toml", 'substitute = ["lib/sample.py"]')
        wheel = folder.build(make_interpreter(version, abiflags=abiflags))
        assert wheel.path.name.startswith(f"sample-1.0-{tag}-linux_")

    def test_metadata_alone(self, make: Callable[[str], Folder]) -> None:
        """A package.toml alone makes a wheel, which has dependencies and nothing else."""
        folder = make("meta")
        folder.write("package.toml", 'requires = ["sample"]')
        assert folder.build().requires == ("sample",)

    def test_files(self, folder: Folder, tmp_path: Path) -> None:
        """Files may lie elsewhere than in the folder, as those of cases do."""
        case = tmp_path / "case"
        case.write_text("#!python\n")
        wheel = build_wheel(
            folder.path, interpreter=BASE, destination=tmp_path, files={"bin/head": case}
        )
        assert members(wheel)["sample-1.0.data/scripts/head"] == b"#!python\n"
        assert "sample.py" not in members(wheel)
        assert wheel_is_shared(folder.path, files={"bin/head": case})


class TestCompiled:
    """What is compiled."""

    def test_program(self, folder: Folder) -> None:
        """A source that nothing lists is a program of its own name."""
        folder.write("src/hello.c", '#include <stdio.h>\nint main(void) { return puts("x") < 0; }')
        folder.write("src/inner/not-alone.c", "this is included, or it is nothing")
        wheel = folder.build()
        assert modes(wheel)["sample-1.0.data/scripts/hello"] == "-rwxr-xr-x"
        assert b"Root-Is-Purelib: true" in members(wheel)["sample-1.0.dist-info/WHEEL"]
        assert load_package(folder.path).needs == ("cc",)

    def test_deterministic(self, compiled: Folder) -> None:
        """Compiled code is the same bytes every time, and holds no path of the build."""
        interpreter = described(sys.executable)
        first = compiled.build(interpreter)
        found = members(first)
        assert compiled.build(interpreter).digest == first.digest
        assert not [name for name, data in found.items() if b"envparity-cc" in data]


class TestComplaints:
    """Folders that make no wheel."""

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("versoin = '1'", "1: unknown key `versoin` (did you mean `version`?)"),
            ("version = 1", "1: `version` takes a string, not a whole number"),
            ("\nversion = 'one'", "2: no version: `one` (see PEP 440)"),
            ("python = '3'", "1: no python: `3` (see PEP 440)"),
            ("tag = 'cp27'", "1: no tag: `cp27` (see PEP 425)"),
            ("requires = ['a',\n'b c']", "2: no requirement: `b c` (see PEP 508)"),
            ("requires = 'a'", "1: `requires` takes a list, not a string"),
            ("console-scripts = {x = 'a b'}", "1: no object: `a b` (module:function)"),
            ("console-scripts = {'[x' = 'a'}", "1: no name for an entry point: `[x`"),
            ("entry-points = {x = {'a=b' = 'a'}}", "1: no name for an entry point: `a=b`"),
            ("entry-points = {x = 1}", "1: `entry-points.x` takes a table, not a whole number"),
            ("[entry-points.x]\ny = 1", "2: `entry-points.x.y` takes a string"),
            ("substitute = ['bin/x']", "1: no such file: `bin/x`"),
            ("programs = {x = {}}", "1: `x` without sources"),
            ("programs = {x = 1}", "1: `programs.x` takes a table"),
            ("programs = {x = {sources = ['src/y.c'], flag = []}}", "1: unknown key `flag` in"),
            ("programs = {x = {sources = ['src/x.c']}}", "1: no such source: `src/x.c` (did you"),
            (
                "programs = {x = {sources = ['lib/sample.py']}}",
                "1: no such source: `lib/sample.py`",
            ),
            ("extensions = {'a-b' = {sources = ['src/y.c']}}", "1: no name for a module: `a-b`"),
            ("version = ", "1: not TOML: "),
        ],
    )
    def test_manifest(self, folder: Folder, text: str, complaint: str) -> None:
        """Each mistake in package.toml is an error on its line."""
        folder.write("src/y.c")
        folder.write("package.toml", text)
        assert folder.complaints()[0].startswith(f"package.toml:{complaint}")
        with pytest.raises(CorpusError):
            load_package(folder.path)

    def test_no_sources_at_all(self, folder: Folder) -> None:
        """A source in a package that has none gets told where sources lie."""
        folder.write("package.toml", "programs = {x = {sources = ['x.c']}}")
        (found,) = folder.complaints()
        assert found == "package.toml:1: no such source: `x.c` (sources are in src/)"

    @pytest.mark.parametrize("output", ["libx.so", "lib64/x.so", "lib", "data/../../x", "src/x"])
    def test_output(self, folder: Folder, output: str) -> None:
        """A library lands in a folder of the package that the wheel takes up."""
        folder.write("src/x.c")
        folder.write("package.toml", f"libraries = {{'{output}' = {{sources = ['src/x.c']}}}}")
        (found,) = folder.complaints()
        assert found.startswith(f"package.toml: no place for `{output}` (a file in lib/, bin/")

    @pytest.mark.parametrize(
        ("name", "complaint"),
        [
            ("README", "README: no place for `README` in a package"),
            ("libs/x.py", "libs/x.py: no place for `libs/x.py` in a package (did you mean `lib`"),
            ("lib/x-1.dist-info/RECORD", "lib/x-1.dist-info/RECORD: `lib/x-1.dist-info/RECORD` is"),
            ("lib/x-1.data/a", "lib/x-1.data/a: `lib/x-1.data/a` is for the wheel to write"),
            ("bin/\udcff", "bin/\udcff: a file name that is not UTF-8"),
        ],
    )
    def test_files(self, folder: Folder, name: str, complaint: str) -> None:
        """A file that has no place in a wheel is an error of its own."""
        folder.write(name)
        (found,) = folder.complaints()
        assert found.startswith(complaint)

    def test_file_types(self, folder: Folder) -> None:
        """Links, to files or to folders, and sockets are not for wheels."""
        (folder.path / "lib/link").symlink_to("sample.py")
        (folder.path / "share").symlink_to("lib")
        with socket.socket(socket.AF_UNIX) as unix:
            unix.bind(str(folder.write("bin/x").with_name("socket")))
        assert folder.complaints() == [
            "bin/socket: neither a file nor a folder",
            "lib/link: a symlink in a package (wheels have none; let a step make it)",
            "share: a symlink in a package (wheels have none; let a step make it)",
        ]

    def test_one_place_for_two(self, folder: Folder) -> None:
        """Two files for one place are an error, be they copied or compiled."""
        folder.write("share/x")
        folder.write("data/share/x")
        folder.write("bin/tool")
        folder.write("src/tool.c")
        found = folder.complaints()
        assert found[0] == "share/x: `share/x` takes the place of `data/share/x`"
        assert found[1].endswith("`bin/tool`, which is compiled, takes the place of `bin/tool`")

    def test_two_compiled(self, folder: Folder) -> None:
        """Two things that compile into one place are an error in package.toml."""
        folder.write("src/x.c")
        text = "libraries = {'bin/x' = {sources = ['src/x.c']}}\n"
        folder.write("package.toml", text + "programs = {x = {sources = ['src/x.c']}}")
        (found,) = folder.complaints()
        assert found == "package.toml: `bin/x`, which is compiled, takes the place of `bin/x`"

    @pytest.mark.parametrize("name", ["a b", "-a", "a@", "@2", "a@2@3", "a@ 2"])
    def test_name(self, make: Callable[[str], Folder], name: str) -> None:
        """The folder's name is one that a distribution can have, with a distinction or none."""
        folder = make(name)
        folder.write("lib/x.py")
        (found,) = folder.complaints()
        assert "no name for a distribution" in found

    def test_empty(self, make: Callable[[str], Folder]) -> None:
        """An empty folder makes no wheel."""
        with pytest.raises(CorpusError, match="an empty package"):
            make("nothing").build()


def run(*command: str | Path, **variables: str) -> str:
    """Return what a command prints; fail with what it complains of."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8", **variables}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parts[-3])
def test_pip_installs_it(python: str, compiled: Folder, folder: Folder, tmp_path: Path) -> None:
    """Each interpreter's own pip installs the wheels, and what they hold works."""
    if subprocess.run([python, "-m", "pip", "-V"], check=False, capture_output=True).returncode:
        pytest.skip("it has no pip")
    interpreter = described(python)
    folder.write("bin/pure", "#!python\nimport sample_pure\nsample_pure.main()\n")
    (folder.path / "lib/sample.py").rename(folder.path / "lib/sample_pure.py")
    wheels = [compiled.build(interpreter).path, folder.build(interpreter).path]
    prefix = tmp_path / "prefix"
    pip = [python, "-m", "pip", "--isolated", "--disable-pip-version-check"]
    options = ["--no-index", "--no-deps", "--no-cache-dir", "--prefix", str(prefix)]
    run(*pip, "install", *options, *wheels, HOME=str(tmp_path))

    site = next(prefix.glob("lib/python*/site-packages"))
    programs = {
        name: run(prefix / "bin" / name, PYTHONPATH=str(site)).strip()
        for name in ("sample", "plain", "sub", "sh", "run", "tool", "hello", "pure")
    }
    assert programs == {
        "sample": "42",
        "plain": "42",
        "sub": str(interpreter.prefix),
        "sh": "shell",
        "run": "run",
        "tool": "42",
        "hello": "42",
        "pure": "hello",
    }
    assert not os.access(prefix / "bin/text", os.X_OK)
    assert (prefix / "share/doc/naïve, file").read_text() == "x"
    assert [path.name for path in prefix.glob("include/**/*.h")] == ["sample.h"]
    shown = run(*pip, "show", "Sample.Pkg", PYTHONPATH=str(site))
    assert "Version: 2.0rc1" in shown
