"""Checks of what a Python says of itself, on one that says something else than is true."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

from envparity.checking import configuration, identity, library, search_path, venvs
from envparity.checking.finding import Check, Level, Remark
from envparity.checking.installation import Installation
from tests.checking.conftest import pretending, write_file

#: Checks and what a Python may say wrongly; *SELF* stands for what is true of it.
LIES: dict[str, tuple[Check, dict[str, Any], Level, str]] = {
    "exec_prefix": (
        identity.prefixes_agree, {"exec_prefix": "/usr"}, Level.DEFECT,
        "and sys.exec_prefix is /usr",
    ),
    "base_prefix": (
        identity.prefixes_agree, {"base_prefix": "/no", "base_exec_prefix": "/no"}, Level.DEFECT,
        "sys.base_prefix is /no, which is no folder",
    ),
    "prefix by name": (
        identity.each_way_to_start, {"prefix": "/usr"}, Level.DEFECT,
        "started by a relative path, sys.prefix is",
    ),
    "version": (
        identity.each_way_to_start, {"version": "3.1.0"}, Level.DEFECT,
        "in isolation (-I, or -E -s), it is Python 3.",
    ),
    "base by name": (
        identity.each_way_to_start, {"base_prefix": "/usr"}, Level.DEFECT, "the base is",
    ),
    "user site": (
        identity.flags, {"user_site": False, "base_prefix": "SELF"}, Level.NOTE,
        "the user's own site-packages are switched off",
    ),
    "nothing on the path": (
        search_path.site_packages_on_path, {"path": []}, Level.DEFECT, "which is not on sys.path",
    ),
    "no library on the path": (
        search_path.standard_library_first, {"path": []}, Level.DEFECT, "is not on sys.path",
    ),
    "a customised library": (
        search_path.customised_start,
        {"customised": {"sitecustomize": "/usr/lib/python3/sitecustomize.py"},
         "paths": {"stdlib": "/usr/lib/python3"}}, Level.NOTE,
        "one of that name in site-packages does not run",
    ),
    "no library": (
        configuration.library_paths,
        {"paths": {"stdlib": "/no", "platstdlib": "/no", "purelib": "/usr", "platlib": "/usr",
                   "scripts": "/usr", "data": "/usr"}}, Level.DEFECT,
        "sysconfig's stdlib is /no, which does not exist",
    ),
    "another library": (
        configuration.library_paths,
        {"paths": {"stdlib": "/usr", "platstdlib": "/usr", "purelib": "/usr", "platlib": "/usr",
                   "scripts": "/usr", "data": "/usr"}}, Level.DEFECT,
        "sysconfig's purelib is /usr, which is not in sys.prefix",
    ),
    "another place": (
        configuration.recorded_places, {"variables": {"LIBDIR": "/usr/lib"}}, Level.DEFECT,
        "variables of sysconfig name places outside of",
    ),
    "a missing library": (
        library.standard_modules,
        {"modules": {"ssl": "ImportError: libssl.so.1.1: cannot open shared object file"}},
        Level.DEFECT, "ssl cannot be imported: ImportError: libssl.so.1.1",
    ),
    "not built": (
        library.standard_modules,
        {"modules": {"lzma": "ModuleNotFoundError: No module named '_lzma'"}}, Level.NOTE,
        "modules that were not built and are not there: lzma",
    ),
    "no ensurepip": (
        venvs.ensurepip, {"ensurepip": None}, Level.DEFECT, "there is no ensurepip",
    ),
    "no ensurepip on Debian": (
        venvs.ensurepip, {"ensurepip": None, "scheme_names": ["deb_system"]}, Level.NOTE,
        "Debian and Ubuntu have it in the package python3.",
    ),
    "no wheel of pip": (
        venvs.ensurepip, {"ensurepip": "/usr"}, Level.DEFECT, "has no wheel of pip in /usr",
    ),
    "no venv": (
        venvs.a_venv_of_it, {"modules": {"venv": "ImportError: no"}}, Level.DEFECT,
        "no venv can be made of it: ImportError: no",
    ),
    "a venv of another": (
        venvs.a_venv_of_it, {"base_prefix": "/usr"}, Level.DEFECT, "a venv made of it has the base",
    ),
    "a venv of another version": (
        venvs.a_venv_of_it, {"version": "3.5.0"}, Level.DEFECT, "a venv made of it is Python 3.",
    ),
    "another libpython": (
        configuration.libpython, {"libpython": "/usr/lib/libpython3.0.so"}, Level.DEFECT,
        "the interpreter is linked to /usr/lib/libpython3.0.so",
    ),
    "Debian's layout": (
        configuration.installation_scheme,
        {"scheme_names": ["posix_local"], "base_prefix": "SELF"}, Level.NOTE, "Debian's layout:",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_lies(name: str, plain: Installation) -> None:
    """A check is silent about what is true, and says what is not."""
    check, facts, level, words = LIES[name]
    assert list(check.findings(plain)) == []
    said = {key: str(plain.prefix) if said == "SELF" else said for key, said in facts.items()}
    found = list(check.findings(pretending(plain, **said)))
    assert [one for one in found if words in one.words and one.level is level], found


def test_a_virtual_environment_without_its_file(opened: Installation) -> None:
    """What says that it is a virtual environment, and is none, is taken for one by every tool."""
    (said,) = identity.virtual_environment.findings(opened)
    assert said.level is Level.NOTE
    (opened.path / "pyvenv.cfg").unlink()
    (said,) = identity.virtual_environment.findings(opened)
    assert (Level.DEFECT, "it has no pyvenv.cfg") == (said.level, said.words[:20])
    plain = pretending(opened, base_prefix=str(opened.prefix))
    assert list(identity.virtual_environment.findings(plain)) == []
    write_file(opened.path / "pyvenv.cfg", "home = /\n")
    (said,) = identity.virtual_environment.findings(plain)
    assert "does not take itself for a virtual environment" in said.words


def test_a_link_on_the_way(plain: Installation, tmp_path: Path) -> None:
    """A prefix that is spelled by a link is noted, since it is one and the same."""
    (tmp_path / "link").symlink_to(plain.path)
    (said,) = identity.prefix_is_here.findings(pretending(plain, prefix=str(tmp_path / "link")))
    assert said.level is Level.NOTE
    assert "which leads to" in said.words


def test_headers(plain: Installation, tmp_path: Path) -> None:
    """Headers may be left out, and have to be of this version; the Makefile exists."""
    folder = tmp_path / "include"
    said = {"variables": {"INCLUDEPY": str(folder)}}
    (one,) = configuration.headers.findings(pretending(plain, **said))
    assert (Level.NOTE, "there are no headers") == (one.level, one.words[:20])
    (one,) = configuration.headers.findings(pretending(plain, **said, scheme_names=["deb_system"]))
    assert "-dev)" in one.words
    write_file(folder / "Python.h", "")
    write_file(folder / "patchlevel.h", '#define PY_VERSION  "3.0.9"\n')
    found = list(configuration.headers.findings(pretending(plain, **said, makefile="/no/Makefile")))
    assert [one.level for one in found] == [Level.DEFECT, Level.DEFECT]
    assert f"is of Python 3.0.9, and the interpreter of {plain.version}" in found[0].words
    assert "sysconfig names /no/Makefile, which does not exist" == found[1].words


def test_recorded_places_that_are_missing(plain: Installation) -> None:
    """A place in the prefix that does not exist is a defect, unless it is for development."""
    gone = f"{plain.base}/gone"
    said = pretending(plain, variables={"LIBDIR": gone, "LIBPL": gone, "BINDIR": "bin"})
    (one,) = configuration.recorded_places.findings(said)
    assert "places that do not exist" in one.words
    assert (f"LIBDIR = {gone}",) == one.paths


def test_the_system_s_own_libraries(plain: Installation) -> None:
    """Debian's Pythons have libraries where all of the system has them, and that is no defect."""
    place = {"LIBDIR": "/usr/lib/x86_64-linux-gnu", "MULTIARCH": "x86_64-linux-gnu"}
    assert list(configuration.recorded_places.findings(pretending(plain, variables=place)))
    debian = pretending(plain, variables=place, scheme_names=["posix_local"])
    assert list(configuration.recorded_places.findings(debian)) == []


def test_build_details(plain: Installation, tmp_path: Path) -> None:
    """What build-details.json names is looked for where PEP 739 says, and JSON has to be JSON."""
    stdlib = tmp_path / "prefix" / "lib" / "python"
    said = pretending(plain, paths={"stdlib": str(stdlib)})
    assert list(configuration.build_details.findings(said)) == []
    details: dict[str, Any] = {"base_prefix": "../..", "base_interpreter": "bin/python"}
    write_file(tmp_path / "prefix" / "bin" / "python", "")
    write_file(stdlib / "build-details.json", json.dumps(details))
    assert list(configuration.build_details.findings(said)) == []
    details["c_api"] = {"headers": "/install/include"}
    write_file(stdlib / "build-details.json", json.dumps(details))
    (one,) = configuration.build_details.findings(said)
    assert "says c_api.headers = /install/include, which does not exist" in one.words
    write_file(stdlib / "build-details.json", "{")
    (one,) = configuration.build_details.findings(said)
    assert "is no JSON" in one.words


def test_a_linked_libpython(opened: Installation, tmp_path: Path) -> None:
    """A libpython that a link in the prefix leads to is the prefix's own."""
    library_file = write_file(tmp_path / "libpython3.so.1.0", "")
    said = pretending(opened, libpython=str(library_file))
    (one,) = configuration.libpython.findings(said)
    assert one.level is Level.DEFECT
    (opened.path / "lib" / library_file.name).symlink_to(library_file)
    assert list(configuration.libpython.findings(said)) == []


def test_what_dpkg_knows(opened: Installation, tmp_path: Path) -> None:
    """Files that dpkg installed are compared with its digests; other packages' are left alone."""
    root = tmp_path / "system"
    site = opened.own_sites[0]
    files = {name: f"{site}/{name}".lstrip("/") for name in ("same.py", "changed.py", "gone.py")}
    lines = []
    for name, path in files.items():
        digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
        lines.append(f"{digest}  {path}\n")
    write_file(root / files["same.py"], "same.py")
    write_file(root / files["changed.py"], "another")
    database = root / "var/lib/dpkg/info/python3-x.md5sums"
    write_file(database, "".join(lines) + f"{'0' * 32}  usr/share/doc/x\n")
    assert list(library.unchanged_files.findings(opened)) == []
    changed, gone = library.unchanged_files.findings(attrs.evolve(opened, system=root))
    assert (f"{site}/changed.py",) == changed.paths
    assert (f"{site}/gone.py",) == gone.paths
    assert changed.level is gone.level is Level.DEFECT


def test_what_cannot_be_read(plain: Installation) -> None:
    """A file that cannot be read is told in a line, and ends no run."""

    def look(one: Installation) -> Any:
        """Nothing is unreadable."""
        yield Remark(Level.NOTE, "before")
        (one.path / "no-such-file").read_text()

    first, second = Check("x", ("PEP 405",), "y", look).findings(plain)
    assert "before" == first.words
    assert "cannot be looked at: " in second.words
    assert "no-such-file: No such file or directory" in second.words
