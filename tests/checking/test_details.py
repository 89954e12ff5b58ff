"""What the checks make of rare metadata, of a distribution's packages, and of other bases."""

from __future__ import annotations

import hashlib
import os
import py_compile
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from envparity.checking import distributions, identity, library, programs, venvs
from envparity.checking.finding import Level
from envparity.checking.installation import (
    Identity,
    Installation,
    Started,
    open_installation,
)
from envparity.interpreter import Interpreter
from tests.checking.conftest import look, pretending, write_file


def greeter(one: Installation) -> Path:
    """The metadata of the package that is installed."""
    return one.own_sites[0] / "greeter-1.0.dist-info"


def test_a_distribution_s_own_package(opened: Installation, tmp_path: Path) -> None:
    """What dpkg has installed is compared with what dpkg knows, and not with its RECORD."""
    info, site = greeter(opened), opened.own_sites[0]
    (site / "greeter.py").unlink()
    (opened.path / "bin" / "greet").unlink()
    write_file(info / "METADATA", "Name: greeter\nVersion: 1.0\nRequires-Dist: none\n")
    named = ("recorded_files", "recorded_digests", "programs_are_there", "requirements_met")
    checks = [getattr(distributions, name) for name in named]
    alone = [finding.level for check in checks for finding in check.findings(opened)]
    assert [Level.DEFECT] * 4 == alone
    digest = hashlib.md5((info / "METADATA").read_bytes(), usedforsecurity=False).hexdigest()
    database = tmp_path / "system" / "var/lib/dpkg/info/python3-greeter.md5sums"
    write_file(database, f"{digest}  {str(info / 'METADATA').lstrip('/')}\n")
    managed = attrs.evolve(opened, system=tmp_path / "system")
    found = [finding for check in checks for finding in check.findings(managed)]
    assert [Level.NOTE, Level.NOTE] == [one.level for one in found]
    assert ("greet of greeter",) == found[0].paths
    assert "greeter 1.0 requires none (there is none); dpkg has put it there" == found[1].words


def test_entry_points_that_cannot_be_read(opened: Installation) -> None:
    """Entry points that are no INI file, or belong to an extra, promise no program."""
    for text in ("no section\n", "[console_scripts]\nmissing = greeter:main [extra]\n"):
        write_file(greeter(opened) / "entry_points.txt", text)
        assert list(distributions.programs_are_there.findings(opened)) == []


def test_programs_of_pip(opened: Installation) -> None:
    """Pip names its versioned programs after the Python it installs into, whatever it promises."""
    text = "[console_scripts]\npip3.1 = pip:main\neasy_install-3.1 = x:y\npip9 = pip:main\n"
    write_file(greeter(opened) / "entry_points.txt", text)
    assert list(distributions.programs_are_there.findings(opened)) == []


def test_a_requirement_that_is_none(opened: Installation) -> None:
    """What cannot be read as a requirement or as a version is nobody's defect."""
    text = "Name: greeter\nVersion: odd\nRequires-Dist: >>\nRequires-Dist: greeter>2\n"
    write_file(greeter(opened) / "METADATA", text)
    assert list(distributions.requirements_met.findings(opened)) == []


def test_requirements_in_the_base(opened: Installation, tmp_path: Path) -> None:
    """A virtual environment that sees other folders has what is installed there."""
    write_file(greeter(opened) / "METADATA", "Name: greeter\nVersion: 1\nRequires-Dist: words\n")
    (missing,) = distributions.requirements_met.findings(opened)
    assert "requires words" in missing.words
    base = tmp_path / "base" / "site-packages"
    write_file(base / "words-1.0.dist-info" / "METADATA", "Name: words\nVersion: 1.0\n")
    seen = pretending(opened, path=[*opened.facts["path"], str(base)])
    assert list(distributions.requirements_met.findings(seen)) == []


def test_more_than_can_be_digested(plain: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of bytes files are compared by size, and the page says so."""
    monkeypatch.setattr(distributions, "DIGESTED", 1 << 20)
    assert list(distributions.recorded_digests.findings(plain)) == []
    monkeypatch.setattr(distributions, "DIGESTED", 0)
    (said,) = distributions.recorded_digests.findings(plain)
    assert Level.NOTE is said.level
    assert "files by size alone" in said.words


def test_links_in_site_packages(opened: Installation, tmp_path: Path) -> None:
    """A file that a link leads to counts as it is, since a farm of links is no defect in itself."""
    module = opened.own_sites[0] / "greeter.py"
    elsewhere = tmp_path / "greeter.py"
    module.rename(elsewhere)
    module.symlink_to(elsewhere)
    assert list(distributions.recorded_digests.findings(opened)) == []
    assert list(distributions.recorded_files.findings(opened)) == []
    elsewhere.write_text("#")
    (said,) = distributions.recorded_digests.findings(opened)
    assert (str(module),) == said.paths


def test_two_folders(opened: Installation, tmp_path: Path) -> None:
    """The same distribution in two folders is noted, since the first one is imported."""
    other = opened.path / "more" / "site-packages"
    write_file(other / "greeter-2.0.dist-info" / "METADATA", "Name: Greeter\nVersion: 2.0\n")
    (said,) = distributions.installed_once.findings(
        pretending(opened, path=[*opened.facts["path"], str(other)])
    )
    assert Level.NOTE is said.level
    assert "greeter is installed twice, and the first is imported: 1.0, 2.0" == said.words


def test_python_2(found: list[Interpreter]) -> None:
    """CPython 2.7 has no tagged modules, no tagged bytecode, no venv, and no lzma to lack."""
    old = found[0]
    if old.minor != "2.7":
        pytest.skip("no Python 2.7 here")
    with open_installation(old.executable) as one:
        for check in (distributions.extension_modules, library.bytecode, venvs.a_venv_of_it):
            assert list(check.findings(one)) == []
        modules = {"lzma": "ImportError: No module named lzma", "ssl": ""}
        assert list(library.standard_modules.findings(pretending(one, modules=modules))) == []


def test_modules_of_another_time(plain: Installation) -> None:
    """A module that this version no longer has is not missing."""
    gone = {"distutils": "ModuleNotFoundError: No module named 'distutils'"}
    new = pretending(plain, modules=gone, version="3.12.0")
    assert list(library.standard_modules.findings(new)) == []
    (said,) = library.standard_modules.findings(pretending(new, version="3.11.0"))
    assert said.words.endswith("not there: distutils")


def _compiled(one: Installation, mode: py_compile.PycInvalidationMode) -> Path:
    """Bytecode of the package's module, as this environment's Python makes it."""
    module = one.own_sites[0] / "greeter.py"
    code = (
        f"import py_compile; print(py_compile.compile({str(module)!r}, "
        f"invalidation_mode=py_compile.PycInvalidationMode.{mode.name}))"
    )
    made = one.run([one.python, "-c", code])
    assert made.exit == 0, made.stderr
    return Path(made.stdout.strip())


@pytest.mark.parametrize("mode", py_compile.PycInvalidationMode)
def test_bytecode_that_fits(opened: Installation, mode: py_compile.PycInvalidationMode) -> None:
    """Bytecode that fits its source is fine however it says so, and checked bytecode that does not
    is compiled anew.
    """
    _compiled(opened, mode)
    assert list(library.bytecode.findings(opened)) == []
    module = opened.own_sites[0] / "greeter.py"
    module.write_text("def main():\n    print('HELLO!')\n")
    with open_installation(opened.path) as again:
        (said,) = library.bytecode.findings(again)
    unchecked = mode is py_compile.PycInvalidationMode.UNCHECKED_HASH
    assert (Level.DEFECT if unchecked else Level.NOTE) is said.level


def test_old_bytecode(plain: Installation, tmp_path: Path) -> None:
    """Before CPython 3.7 the head of bytecode has a time and a size, and no flags."""
    source = tmp_path / "x.py"
    source.write_text("x = 1\n")
    os.utime(source, (2e9, 2e9))  # an odd number would be read as the flag of a hash
    status = source.stat()
    entry = next(iter(plain.tree))
    entry = attrs.evolve(entry, path=str(source), status=status)
    magic = b"\x33\x0d\x0d\x0a"
    stamp = int(status.st_mtime).to_bytes(4, "little") + status.st_size.to_bytes(4, "little")
    compiled = tmp_path / "x.pyc"
    compiled.write_bytes(magic + stamp + b"rest of it")
    assert "" == library._state(str(compiled), entry, magic, (3, 6))
    assert library.STALE == library._state(str(compiled), entry, magic, (3, 8))
    compiled.write_bytes(magic)
    assert library.FOREIGN == library._state(str(compiled), entry, magic, (3, 6))


def test_a_venv_that_fails(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A venv module that fails, and a venv that does not start, are told with their last words."""

    def broken(self: Installation, *arguments: object, **options: object) -> Started:
        return Started(1, "", "Traceback\nError: no room\n")

    monkeypatch.setattr(Installation, "run", broken)
    (said,) = venvs.a_venv_of_it.findings(opened)
    assert "`python -m venv` fails: Error: no room" == said.words

    def hollow(self: Installation, *arguments: object, **options: object) -> Started:
        failed = "real_prefix" in str(arguments)
        return Started(1 if failed else 0, "", "cannot start\n")

    monkeypatch.setattr(Installation, "run", hollow)
    (said,) = venvs.a_venv_of_it.findings(opened)
    assert "a venv made of it does not start: cannot start" == said.words


def test_a_venv_elsewhere(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A venv that takes itself for its base, or sees nothing of it, has lost its purpose."""
    plain = pretending(opened, base_prefix=str(opened.prefix))

    def lost(self: Installation, *arguments: object, **options: object) -> Started:
        answer = f"{plain.version}\n{plain.prefix}\n{plain.prefix}\n"
        return Started(0, answer if "real_prefix" in str(arguments) else "", "")

    monkeypatch.setattr(Installation, "run", lost)
    words = [one.words for one in venvs.a_venv_of_it.findings(plain)]
    assert f"in a venv made of it sys.prefix is {plain.prefix}, not the venv" == words[0]
    assert f"--system-site-packages does not see {plain.own_sites[0]}" in words[1]


def test_another_python_of_the_system(
    plain: Installation, found: list[Interpreter], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In /usr a name may be another version's, and that is noted; elsewhere it is a defect."""
    other = next(one for one in found if one.version != plain.version)
    answer = Identity(other.version, str(other.prefix), str(other.prefix))
    monkeypatch.setattr(Installation, "who", lambda *_, **__: answer)
    (first, *_) = identity.each_name.findings(plain)
    assert Level.DEFECT is first.level
    monkeypatch.setattr(Installation, "is_shared", True)
    (first, *_) = identity.each_name.findings(plain)
    assert Level.NOTE is first.level
    assert first.words.endswith(f"is Python {other.version}")
    missing = pretending(plain, scheme_names=["deb_system"])
    (plain.bin / "python").rename(plain.bin / "kept")
    try:
        (first, *_) = identity.each_name.findings(missing)
    finally:
        (plain.bin / "kept").rename(plain.bin / "python")
    assert (Level.NOTE, "there is no program `python`") == (first.level, first.words[:28])


def test_a_python_that_hangs(plain: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """A start that does not end is stopped, and told."""
    monkeypatch.setattr("envparity.checking.installation.PATIENCE", 0.2)
    ended = plain.run([sys.executable, "-c", "import time; time.sleep(60)"])
    assert ended.exit == -9
    assert "it has not ended in 0.2 s" in ended.last_words


def test_what_is_no_script(venv: Path) -> None:
    """Folders, pipes, empty first lines and gdb's file in `bin` are nobody's programs."""
    (venv / "bin" / "folder").mkdir()
    subprocess.run(["mkfifo", str(venv / "bin" / "pipe")], check=True)
    write_file(venv / "bin" / "blank", "#!  \n", 0o755)
    write_file(venv / "bin" / "python3.0-gdb.py", "#!/no/python\n", 0o755)
    assert look(programs.first_lines_that_lead_nowhere, venv) == []


def test_the_system_s_programs(opened: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """In /usr only what is called like a Python is looked at: the rest is somebody else's."""
    write_file(opened.bin / "tool", "#!/no/such/perl\n", 0o755)
    (opened.bin / "gone").symlink_to("/no/such")
    (opened.bin / "python9").symlink_to("/no/such")
    monkeypatch.setattr(Installation, "is_shared", True)
    assert list(programs.first_lines_that_lead_nowhere.findings(opened)) == []
    (said,) = programs.dangling_links.findings(opened)
    assert (str(opened.bin / "python9"),) == said.paths
