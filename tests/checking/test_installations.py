"""Whole pages: plain Pythons, environments of several builders, and what is no Python."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from envparity.checking import catalogue, configuration, identity, library, search_path, venvs
from envparity.checking.account import address
from envparity.checking.catalogue import CHECKS
from envparity.checking.finding import Level
from envparity.checking.installation import find_python, open_installation
from envparity.cli import main
from envparity.contract import manifest
from envparity.errors import UsageError
from envparity.interpreter import Interpreter
from tests.checking.conftest import make_venv, write_file

#: What does not depend on what somebody has installed into an interpreter.
OF_ITSELF = (*identity.CHECKS, *venvs.CHECKS, *configuration.CHECKS, library.standard_modules)


def check(*arguments: object) -> Result:
    """Run `envparity check`."""
    return CliRunner().invoke(main, ["check", *map(str, arguments)])


def test_every_interpreter(found: list[Interpreter]) -> None:
    """No interpreter of this machine has a defect of its own: a vanilla Python raises no alarm."""
    for interpreter in found:
        with open_installation(interpreter.executable) as one:
            said = [finding for check in OF_ITSELF for finding in check.findings(one)]
            said += search_path.standard_library_first.findings(one)
        assert [one for one in said if one.level is Level.DEFECT] == [], interpreter.label


def test_debian(found: list[Interpreter]) -> None:
    """What Debian changes is noted as Debian's, and is no defect."""
    debian = [one for one in found if one.debian_layout]
    if not debian:
        pytest.skip("no Debian here")
    with open_installation(Path("/usr")) as one:
        names = {finding.check: finding for finding in catalogue.findings(one)}
    assert "Debian's layout" in names["installation-scheme"].words
    assert {names[name].level for name in names if name in {"each-name", "customised-start"}} <= {
        Level.NOTE
    }


def test_a_page(venv: Path) -> None:
    """The page says what it is, tells defects first, with claim and links, and counts them."""
    plain = check(venv)
    assert 0 == plain.exit_code
    assert f"{venv}: a virtual environment, Python 3." in plain.output
    assert f"0 defects, 1 note by {len(CHECKS)} checks in " in plain.output
    for number in range(7):
        write_file(venv / "bin" / f"tool-{number}", "#!/build/python\n", 0o755)
    result = check(venv)
    assert 1 == result.exit_code
    lines = result.output.splitlines()
    first = next(line for line in lines if line.startswith("✗"))
    assert "✗ first-lines-that-lead-nowhere  programs whose first line names /build/pyth" in first
    assert lines.index(first) < lines.index(
        next(line for line in lines if line.startswith("· virtual-environment"))
    )
    assert "    and 2 more" in lines
    assert "  In a plain installation: The interpreter that a program's first line names exi" in (
        result.output
    )
    assert "https://github.com/pypa/distlib/issues/171" in result.output
    assert f"1 defect, 1 note by {len(CHECKS)} checks in " in lines[-1]


def test_json(venv: Path) -> None:
    """The same as one JSON object: what was looked at, and each finding with its addresses."""
    write_file(venv / "bin" / "tool", "#!/build/python\n", 0o755)
    result = check(venv, "--json")
    assert 1 == result.exit_code
    document = json.loads(result.stdout)
    assert str(venv) == document["prefix"]
    assert [one.name for one in CHECKS] == document["checks"]
    by_name = {one["check"]: one for one in document["findings"]}
    tool = by_name["first-lines-that-lead-nowhere"]
    assert ("defect", [str(venv / "bin" / "tool")]) == (tool["level"], tool["paths"])
    assert all(
        link.startswith("https://") for one in document["findings"] for link in one["origin"]
    )


def test_nothing_is_written(venv: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A prefix, and the user's HOME, are after a check what they were before it."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    before = manifest(venv)
    assert 0 == check(venv).exit_code
    assert before == manifest(venv)
    assert [] == list(home.iterdir())


def test_a_farm_of_links(newest: Interpreter, tmp_path: Path) -> None:
    """A farm of links sees none of its own packages, and the page begins with that."""
    farm = tmp_path / "farm"
    subprocess.run(["cp", "-as", f"{newest.prefix}/.", str(farm)], check=True)
    result = check(farm)
    assert 1 == result.exit_code
    assert f"✗ prefix-is-here  sys.prefix is {newest.prefix}: nothing that is" in result.output
    assert "✗ first-lines-of-another-python  programs that start" in result.output


def test_a_wrapper_with_pythonpath(newest: Interpreter, tmp_path: Path) -> None:
    """A script that sets PYTHONPATH is found out by what its children inherit."""
    packages = tmp_path / "packages"
    packages.mkdir()
    name = newest.executable.name
    text = f'#!/bin/sh\nexport PYTHONPATH={packages}\nexec {newest.executable} "$@"\n'
    write_file(tmp_path / "env" / "bin" / name, text, 0o755)
    result = check(tmp_path / "env")
    assert 1 == result.exit_code
    assert f"✗ variables  it sets PYTHONPATH={packages}, and every child" in result.output
    assert f"{packages} is on sys.path, by a PYTHONPATH that the program itself" in result.output
    assert "· compiled-program" in result.output


def test_the_reference(newest: Interpreter, tmp_path: Path) -> None:
    """An environment that the reference made is no virtual environment and has no defect."""
    made = tmp_path / "made"
    command = ["-m", "reference", "make", "--python", newest.executable, "--output", made]
    subprocess.run([sys.executable, *map(str, command)], check=True)
    result = check(made)
    assert 0 == result.exit_code, result.output
    assert f"{made}: an installation, Python {newest.version}" in result.output


def test_no_python(tmp_path: Path) -> None:
    """What holds no Python is one line that says what would be right, and exit status 4."""
    (tmp_path / "file").write_text("")
    for path, words in (
        (tmp_path / "nothing", f"there is no {tmp_path}/nothing"),
        (tmp_path, f"there is no Python in {tmp_path}"),
        (tmp_path / "file", f"{tmp_path}/file is no Python"),
    ):
        result = check(path)
        assert 4 == result.exit_code
        line = f"envparity: {words} (a prefix with a Python in its `bin`, or a Python)\n"
        assert line == result.output


def test_a_python_that_does_not_start(tmp_path: Path) -> None:
    """A Python that does not answer is one line with its last words, and exit status 4."""
    broken = write_file(tmp_path / "bin" / "python3", "#!/bin/sh\necho dead >&2; exit 1\n", 0o755)
    result = check(tmp_path)
    assert 4 == result.exit_code
    assert f"envparity: {broken}: it does not start: dead\n" == result.output
    write_file(broken, "#!/no/such/shell\n", 0o755)
    assert "it does not start: " in check(tmp_path).output


def test_which_python(tmp_path: Path) -> None:
    """In a prefix with several Pythons it is python3's, by its longest name."""
    folder = tmp_path / "bin"
    for name in ("python3.8", "python3.11", "python2.7"):
        write_file(folder / name, "", 0o755)
    assert folder / "python3.11" == find_python(tmp_path)
    (folder / "python3").symlink_to("python3.8")
    assert folder / "python3.8" == find_python(tmp_path)
    assert folder / "python2.7" == find_python(folder / "python2.7")
    (folder / "python3").unlink()
    write_file(folder / "python", "", 0o755)
    assert folder / "python" == find_python(tmp_path)
    with pytest.raises(UsageError, match="is no Python"):
        find_python(write_file(folder / "pip", "", 0o755))


def test_addresses() -> None:
    """Every origin of every check has an address."""
    origins = {origin for one in CHECKS for origin in one.origin}
    assert [one for one in origins if not address(one).startswith("https://")] == []
    assert "https://docs.python.org/3/library/site.html" == address("CPython Doc/library/site.rst")


def test_claims() -> None:
    """Every check has a name of its own, a claim in one line, and an origin."""
    assert len(CHECKS) == len({one.name for one in CHECKS})
    for one in CHECKS:
        assert one.origin
        assert 20 < len(one.claim) < 100, one.name


def test_a_venv_of_a_venv(newest: Interpreter, tmp_path: Path) -> None:
    """An environment that sees its base's packages is as it is meant to be."""
    venv = make_venv(tmp_path / "venv", newest, "--system-site-packages")
    result = check(venv)
    assert 0 == result.exit_code, result.output
