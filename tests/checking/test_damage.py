"""Each check, on a virtual environment that has the defect, and on the same one without it."""

from __future__ import annotations

import os
import py_compile
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from envparity.checking import (
    configuration,
    distributions,
    identity,
    library,
    programs,
    search_path,
    venvs,
)
from envparity.checking.catalogue import CHECKS
from envparity.checking.finding import Check, Level
from envparity.checking.installation import Installation, open_installation
from envparity.interpreter import Interpreter
from tests.checking.conftest import install, look, write_file

DEFECT, NOTE = Level.DEFECT, Level.NOTE


class Damage(NamedTuple):
    """What is done to the environment *v*, with its site-packages *s*; what is said of it."""

    check: Check
    do: Callable[[Path, Path], object]
    level: Level
    words: str


def wrapped(line: str) -> Callable[[Path, Path], None]:
    """Put a shell script that runs *line* before each start in the place of the interpreter."""

    def wrap(v: Path, s: Path) -> None:
        for name in ("python", "python3", next((v / "bin").glob("python3.*")).name):
            (v / "bin" / name).rename(v / "bin" / f".{name}")
            script = f'#!/bin/sh\n{line}\nexec {v}/bin/.{name} "$@"\n'
            write_file(v / "bin" / name, script, 0o755)

    return wrap


def cfg(pattern: str, text: str) -> Callable[[Path, Path], None]:
    """Replace the line of pyvenv.cfg that *pattern* matches."""

    def change(v: Path, s: Path) -> None:
        file = v / "pyvenv.cfg"
        write_file(file, re.sub(rf"(?m)^{pattern}.*\n", text, file.read_text()))

    return change


def write(name: str, text: str, mode: int = 0o644) -> Callable[[Path, Path], None]:
    """Write a file; in *name* and *text* S stands for site-packages and V for the environment."""

    def make(v: Path, s: Path) -> None:
        file = Path(name.replace("S/", f"{s}/").replace("V/", f"{v}/"))
        write_file(file, text.replace("V/", f"{v}/"), mode)

    return make


def metadata(name: str, version: str = "1.0", more: str = "") -> Callable[[Path, Path], None]:
    """Write the metadata of a distribution without a RECORD."""
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}"
    return write(f"S/{name}-{version}.dist-info/METADATA", text)


def greeter_info(s: Path) -> Path:
    """The metadata folder of the package that is installed."""
    return s / "greeter-1.0.dist-info"


def stale(v: Path, s: Path) -> None:
    """Compile a module, and change its time afterwards."""
    py_compile.compile(str(s / "greeter.py"))
    for compiled in (s / "__pycache__").glob("greeter.*.pyc"):
        target = compiled.with_name(f"greeter.cpython-{_tag(v)}.pyc")
        compiled.rename(target)
        _with_magic(target, v)
    os.utime(s / "greeter.py", (1, 1))


def unchecked(v: Path, s: Path) -> None:
    """Compile a module so that nobody asks for its source, and change the source."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(s / "greeter.py"), invalidation_mode=mode)
    for compiled in (s / "__pycache__").glob("greeter.*.pyc"):
        target = compiled.with_name(f"greeter.cpython-{_tag(v)}.pyc")
        compiled.rename(target)
        _with_magic(target, v)
    (s / "greeter.py").write_text("main = print\n")


def _home(v: Path) -> str:
    """The folder of the environment's base."""
    found = re.search(r"(?m)^home = (.*)$", (v / "pyvenv.cfg").read_text())
    assert found is not None
    return found[1]


def _minor(v: Path) -> str:
    return next((v / "lib").glob("python3.*")).name.removeprefix("python")


def _tag(v: Path) -> str:
    return next((v / "lib").glob("python3.*")).name.removeprefix("python").replace(".", "")


def _with_magic(file: Path, v: Path) -> None:
    """Give the bytecode in *file* the magic number of the environment's Python."""
    code = "import importlib.util, sys; sys.stdout.buffer.write(importlib.util.MAGIC_NUMBER)"
    magic = subprocess.run([v / "bin" / "python", "-c", code], capture_output=True, check=True)
    file.write_bytes(magic.stdout + file.read_bytes()[4:])


DAMAGES = {
    # identity
    "moved": Damage(
        identity.prefix_is_here, lambda v, s: (v / "pyvenv.cfg").unlink(), DEFECT,
        r"sys.prefix is /.*: nothing that is installed in",
    ),
    "no executable": Damage(
        identity.executable, write("S/sitecustomize.py", "import sys\nsys.executable = ''\n"),
        DEFECT, "sys.executable is empty",
    ),
    "an executable that is gone": Damage(
        identity.executable, write("S/sitecustomize.py", "import sys\nsys.executable = '/no'\n"),
        DEFECT, "sys.executable is /no, which is no program",
    ),
    "another executable": Damage(
        identity.executable,
        lambda v, s: write(
            "S/sitecustomize.py", f"import sys\nsys.executable = '{_home(v)}/python3'\n"
        )(v, s),
        DEFECT, "sys.executable is /.*, which is not in",
    ),
    "the base as executable": Damage(
        identity.executable,
        lambda v, s: write(
            "S/sitecustomize.py", f"import sys\nsys.executable = '{_home(v)}/python3'\n"
        )(v, s),
        DEFECT, "started as sys.executable, sys.prefix is /.* instead of",
    ),
    "no python3": Damage(
        identity.each_name, lambda v, s: (v / "bin" / "python3").unlink(), DEFECT,
        "there is no program `python3`",
    ),
    "a broken name": Damage(
        identity.each_name, write("V/bin/python", "#!/bin/sh\nexit 3\n", 0o755), DEFECT,
        "/bin/python, it does not start: exit status 3",
    ),
    "PYTHONPATH": Damage(
        identity.variables, wrapped("export PYTHONPATH=/nowhere"), DEFECT,
        "it sets PYTHONPATH=/nowhere, and every child inherits it",
    ),
    "PATH": Damage(
        identity.variables, wrapped('PATH=/opt/x:"$PATH"'), DEFECT, "it changes PATH to /opt/x:",
    ),
    "less": Damage(
        identity.variables, wrapped("unset LC_ALL"), DEFECT, "it takes LC_ALL away",
    ),
    "flags": Damage(
        identity.flags, wrapped("export PYTHONNOUSERSITE=1 PYTHONOPTIMIZE=2"), DEFECT,
        "sys.flags.no_user_site is 1, and nobody asked for that",
    ),
    "a shell script": Damage(
        identity.compiled_program, wrapped(""), NOTE, "/bin/python is a script, #!/bin/sh",
    ),
    # the search path
    "foreign by a file": Damage(
        search_path.foreign_entries, write("S/x.pth", "/usr/share\n"), NOTE,
        r"x.pth adds /usr/share, which is elsewhere",
    ),
    "foreign by a line": Damage(
        search_path.foreign_entries,
        write("S/x.pth", "import sys; sys.path.append('/usr/share')\n"), NOTE, r"x.pth adds /usr",
    ),
    "foreign by a variable": Damage(
        search_path.foreign_entries, wrapped("export PYTHONPATH=/usr/share"), DEFECT,
        "/usr/share is on sys.path, by a PYTHONPATH that the program itself sets",
    ),
    "foreign by somebody": Damage(
        search_path.foreign_entries,
        write("S/sitecustomize.py", "import sys\nsys.path.append('/usr/share')\n"), DEFECT,
        "/usr/share is on sys.path, which is not in",
    ),
    "not there": Damage(
        search_path.missing_entries,
        write("S/sitecustomize.py", "import sys\nsys.path.append('/no/such')\n"), NOTE,
        "/no/such is on sys.path and does not exist",
    ),
    "twice": Damage(
        search_path.entries_once,
        write("S/sitecustomize.py", "import sys\nsys.path.append(sys.path[-1])\n"), NOTE,
        "is on sys.path twice",
    ),
    "a line of code": Damage(
        search_path.path_files, write("S/x.pth", "import sys\n"), NOTE, "code runs at every start",
    ),
    "a folder that is gone": Damage(
        search_path.path_files, write("S/x.pth", "# gone\n/no/such\n"), DEFECT,
        "x.pth adds /no/such, which does not exist",
    ),
    "sitecustomize": Damage(
        search_path.customised_start, write("S/sitecustomize.py", ""), NOTE,
        "sitecustomize runs at every start: .*sitecustomize.py",
    ),
    "a name of the library": Damage(
        search_path.standard_library_first, write("S/colorsys.py", ""), NOTE,
        "never imported, since the standard library has them: colorsys in",
    ),
    "before the library": Damage(
        search_path.standard_library_first,
        lambda v, s: (
            write("S/colorsys.py", "")(v, s),
            write("S/x.pth", f"import sys; sys.path.insert(0, {str(s)!r})\n")(v, s),
        ),
        DEFECT, "has modules of the standard library's names: colorsys",
    ),
    # virtual environments
    "no home": Damage(
        venvs.pyvenv_cfg, cfg("home", ""), DEFECT, "has no `home`, which PEP 405 requires",
    ),
    "another version": Damage(
        venvs.pyvenv_cfg, cfg("version", "version = 3.1.4\n"), DEFECT,
        "says that it is of Python 3.1.4",
    ),
    "another patch release": Damage(
        venvs.pyvenv_cfg,
        lambda v, s: cfg("version", f"version = {_minor(v)}.99\n")(v, s), NOTE,
        r"it was made with Python 3\.\d+\.99",
    ),
    "executable is gone": Damage(
        venvs.pyvenv_cfg, cfg("executable", "executable = /no/python\n"), NOTE,
        "says executable = /no/python, which does not exist",
    ),
    "a marker without effect": Damage(
        venvs.externally_managed, write("V/EXTERNALLY-MANAGED", ""), DEFECT, "has no effect",
    ),
    "a replaced path": Damage(
        venvs.path_configuration, write("V/bin/python._pth", ""), DEFECT, "replaces sys.path",
    ),
    # configuration
    "pkg-config elsewhere": Damage(
        configuration.pkg_config,
        lambda v, s: write(f"V/lib/pkgconfig/python-{_minor(v)}.pc", "prefix=/usr/share\n")(v, s),
        DEFECT, "says prefix=/usr/share, which is not",
    ),
    "pkg-config nowhere": Damage(
        configuration.pkg_config,
        lambda v, s: write(f"V/lib/pkgconfig/python-{_minor(v)}.pc", "prefix=/install\n")(v, s),
        DEFECT, "says prefix=/install, which does not exist",
    ),
    "config elsewhere": Damage(
        configuration.python_config,
        lambda v, s: write(
            f"V/bin/python{_minor(v)}-config", "#!/bin/sh\necho /install\n", 0o755
        )(v, s),
        DEFECT, "--prefix says /install, and the prefix is",
    ),
    "config without interpreter": Damage(
        configuration.python_config,
        lambda v, s: write(
            f"V/bin/python{_minor(v)}-config", "#!/install/bin/python\n", 0o755
        )(v, s),
        DEFECT, "does not work: ",
    ),
    # the library
    "stale bytecode": Damage(
        library.bytecode, stale, NOTE, "bytecode that does not fit its source",
    ),
    "unchecked bytecode": Damage(
        library.bytecode, unchecked, DEFECT, "bytecode of another source than the one beside it",
    ),
    "unreadable bytecode": Damage(
        library.bytecode,
        lambda v, s: write(f"S/__pycache__/greeter.cpython-{_tag(v)}.pyc", "?" * 40)(v, s), NOTE,
        "bytecode that this Python cannot read",
    ),
    # programs
    "a link to nowhere": Damage(
        programs.dangling_links, lambda v, s: (s / "gone.py").symlink_to("/no/such"), DEFECT,
        "links that lead nowhere",
    ),
    "a program that leads nowhere": Damage(
        programs.dangling_links, lambda v, s: (v / "bin" / "gone").symlink_to("/no/such"), DEFECT,
        "links that lead nowhere",
    ),
    "no interpreter": Damage(
        programs.first_lines_that_lead_nowhere,
        write("V/bin/tool", "#!/build/env/bin/python3\n", 0o755), DEFECT,
        "first line names /build/env/bin/python3, which is no program",
    ),
    "not rewritten": Damage(
        programs.first_lines_that_lead_nowhere, write("V/bin/tool", "#!python\n", 0o755), DEFECT,
        "first line names python, which is no program",
    ),
    "a line end of Windows": Damage(
        programs.first_lines_that_lead_nowhere, write("V/bin/tool", "#!/bin/sh\r\n", 0o755), DEFECT,
        r"first line names /bin/sh\\r, which is no program",
    ),
    "by way of the shell": Damage(
        programs.first_lines_that_lead_nowhere,
        write("V/bin/tool", "#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"\n' '''\n", 0o755),
        DEFECT, "first line names /a b/python, which is no program",
    ),
    "another Python": Damage(
        programs.first_lines_of_another_python,
        lambda v, s: write("V/bin/tool", f"#!{_home(v)}/python3\n", 0o755)(v, s),
        DEFECT, "which does not see this prefix",
    ),
    "any Python": Damage(
        programs.first_lines_with_env, write("V/bin/tool", "#!/usr/bin/env python3\n", 0o755), NOTE,
        "the first Python on PATH",
    ),
    "a long line": Damage(
        programs.first_lines_that_are_too_long,
        write("V/bin/tool", f"#!/{'x' * 255}\n", 0o755), DEFECT, "longer than 255 bytes",
    ),
    "not executable": Damage(
        programs.executable_programs, lambda v, s: (v / "bin" / "shout").chmod(0o644), DEFECT,
        "without permission to execute them",
    ),
    "writable by all": Damage(
        programs.nobody_may_write, lambda v, s: (s / "greeter.py").chmod(0o666), DEFECT,
        "everybody may write to",
    ),
    "a folder that is writable by all": Damage(
        programs.nobody_may_write, lambda v, s: (v / "bin").chmod(0o777), DEFECT,
        "everybody may write to",
    ),
    "readable by few": Damage(
        programs.everybody_may_read, lambda v, s: (s / "greeter.py").chmod(0o600), NOTE,
        "only some users may read",
    ),
    # distributions
    "two versions": Damage(
        distributions.installed_once, metadata("greeter", "2.0"), DEFECT,
        r"greeter is installed 2 times in one folder: 1.0, 2.0",
    ),
    "the same twice": Damage(
        distributions.installed_once,
        write("S/greeter.egg-info/PKG-INFO", "Name: Greeter\nVersion: 1.0\n"), NOTE,
        r"greeter is installed 2 times in one folder: 1.0",
    ),
    "a leftover": Damage(
        distributions.whole_metadata, lambda v, s: (s / "~reeter").mkdir(), NOTE, "left over from",
    ),
    "no metadata": Damage(
        distributions.whole_metadata, lambda v, s: (greeter_info(s) / "METADATA").unlink(), DEFECT,
        "metadata without METADATA",
    ),
    "no name": Damage(
        distributions.whole_metadata, write("S/x-1.dist-info/METADATA", "Version: 1\n"), DEFECT,
        "without a name in it",
    ),
    "a missing file": Damage(
        distributions.recorded_files, lambda v, s: (s / "greeter.py").unlink(), DEFECT,
        "1 files of greeter 1.0 are missing",
    ),
    "a changed file": Damage(
        distributions.recorded_digests, write("S/greeter.py", "def main():\n    print('HELLO')\n"),
        DEFECT, "1 files of greeter 1.0 have changed",
    ),
    "a longer file": Damage(
        distributions.recorded_digests, write("S/greeter.py", "#" * 99), DEFECT, "have changed",
    ),
    "a missing program": Damage(
        distributions.programs_are_there, lambda v, s: (v / "bin" / "greet").unlink(), DEFECT,
        "programs that metadata promises are missing",
    ),
    "an unmet requirement": Damage(
        distributions.requirements_met,
        metadata("asker", more="Requires-Dist: greeter>=2\nRequires-Dist: other\n"), DEFECT,
        r"asker 1.0 requires greeter>=2 \(there is 1.0\), other \(there is none\)",
    ),
    "another ABI": Damage(
        distributions.extension_modules, write("S/fast.cpython-35m-x86_64-linux-gnu.so", ""), NOTE,
        "compiled for another Python",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage(name: str, venv: Path, plain: Installation) -> None:
    """A check says nothing of a plain environment, and one thing of one that has its defect."""
    check, do, level, words = DAMAGES[name]
    assert [one.words for one in check.findings(plain)] == []
    do(venv, next(venv.glob("lib/python*/site-packages")))
    found = look(check, venv)
    assert [one for one in found if re.search(words, one.words) and one.level is level], found


#: Checks that are tested on other Pythons than a damaged virtual environment.
ELSEWHERE = {
    "prefixes-agree", "virtual-environment", "each-way-to-start", "site-packages-on-path",
    "a-venv-of-it", "ensurepip", "library-paths", "recorded-places", "headers", "build-details",
    "libpython", "installation-scheme", "standard-modules", "unchanged-files",
}  # fmt: skip


def test_every_check_is_tested() -> None:
    """No check is without a Python that has its defect."""
    damaged = {one.check.name for one in DAMAGES.values()}
    assert damaged | ELSEWHERE == {one.name for one in CHECKS}
    assert not damaged & ELSEWHERE


@pytest.mark.parametrize(
    ("home", "words"),
    [
        ("/no/such", "which is no folder: its Python is gone"),
        ("/usr/share", "where no Python is"),
        ("OTHER", "in its `home`, is Python "),
        ("BROKEN", "in its `home`, does not start: exit status 3"),
    ],
)
def test_home(
    venv: Path, tmp_path: Path, found: list[Interpreter], newest: Interpreter, home: str, words: str
) -> None:
    """Of an environment whose base is gone, or is another Python, its pyvenv.cfg tells."""
    if home == "OTHER":
        other = next(one for one in found if one.version != newest.version)
        home = str(tmp_path / "other")
        Path(home).mkdir()
        (Path(home) / "python").symlink_to(other.executable)
    elif home == "BROKEN":
        home = str(write_file(tmp_path / "broken" / "python", "#!/bin/sh\nexit 3\n", 0o755).parent)
    with open_installation(venv) as one:
        # Such an environment may not even start: what it said while it did is kept.
        write_file(venv / "pyvenv.cfg", f"home = {home}\n")
        assert words in next(venvs.pyvenv_cfg.findings(one)).words


def test_requirements_that_are_met(venv: Path, newest: Interpreter) -> None:
    """Markers and extras are those of the environment's Python, and any spelling of a name does."""
    files = {
        "package.toml": 'requires = ["Greeter>=1", "no; python_version < \'3\'", '
        "\"no; extra == 'x'\"]\n",
        "lib/asker.py": "",
    }
    install(venv, newest, "asker", files)
    assert look(distributions.requirements_met, venv) == []
