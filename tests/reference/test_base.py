"""What an environment takes from its base, entry by entry, of a base that is made up."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from reference import base, launcher
from reference.interpreter import Interpreter
from reference.store import Store
from reference.tree import Piece, Tree, from_base

from .conftest import EXECUTABLES, ask

ENVIRONMENT, OWNER = Path("/env"), "CPython 3.12.1"
STDLIB = "lib/python3.12"

FILES = (
    "bin/python3.12", "bin/python3.12-config", "bin/idle3.12", "bin/pip3.12",
    f"{STDLIB}/os.py", f"{STDLIB}/_sysconfigdata_x.py", f"{STDLIB}/json/__init__.py",
    f"{STDLIB}/__pycache__/os.cpython-312.pyc",
    f"{STDLIB}/__pycache__/_sysconfigdata_x.cpython-312.pyc",
    f"{STDLIB}/lib-dynload/_ctypes.so", f"{STDLIB}/config-3.12/Makefile",
    f"{STDLIB}/config-3.12/config.c", f"{STDLIB}/site-packages/pip/__init__.py",
    "lib/libpython3.12.so", "lib/python3.11/os.py", "lib/site-python/x.py",
    "lib/pkgconfig/python3.pc", "lib/pkgconfig/other.pc",
    "include/python3.12/Python.h", "include/site/python3.12/greenlet.h",
    "share/man/man1/python3.12.1", "share/man/man1/python3.1", "share/man/man1/python.1",
    "share/man/man1/python2.1", "share/man/man1/other.1",
)  # fmt: skip
LINKS = {
    "bin/python3": "python3.12",
    "bin/python": "python3",
    "bin/idle3": "idle3.12",
    f"{STDLIB}/dangling.py": "nowhere",
}


@pytest.fixture(name="python")
def _python(tmp_path: Path, newest: Interpreter, monkeypatch: pytest.MonkeyPatch) -> Interpreter:
    """A 3.12 with a bit of everything, whose launcher is a word."""
    prefix = tmp_path / "base"
    for path in FILES:
        (prefix / path).parent.mkdir(parents=True, exist_ok=True)
        (prefix / path).write_text(f"#!{prefix}/bin/python3.12\n")
    for path, target in LINKS.items():
        (prefix / path).symlink_to(target)
    monkeypatch.setattr(launcher, "make", lambda *_: b"launcher")
    site = f"{STDLIB}/site-packages"
    return replace(
        newest, prefix=prefix, executable=prefix / "bin/python3.12", version=(3, 12, 1),
        full_version="3.12.1", abiflags="", stdlib=STDLIB, site_packages=[site, "lib/no-such"],
        scheme={"purelib": site, "platlib": "lib64/site", "scripts": "bin", "data": "."},
        include_folders=[str(prefix / "include/python3.12"), str(prefix / "include/no-such"),
                         str(tmp_path)],
    )  # fmt: skip


def planned(python: Interpreter, tmp_path: Path) -> Tree:
    """What is taken from *python*."""
    tree = Tree()
    base.add(tree, python, ENVIRONMENT, Store(tmp_path / "store"))
    return tree


def test_entries(python: Interpreter, tmp_path: Path) -> None:
    """The standard library, headers, libraries and manual pages come along, what is added not."""
    tree = planned(python, tmp_path)
    linked = {path for path, one in tree.pieces.items() if one.source}
    assert linked == {
        f"{STDLIB}/os.py", f"{STDLIB}/_sysconfigdata_x.py", f"{STDLIB}/json",
        f"{STDLIB}/__pycache__/os.cpython-312.pyc", f"{STDLIB}/lib-dynload/_ctypes.so",
        f"{STDLIB}/config-3.12/Makefile", f"{STDLIB}/config-3.12/config.c",
        "lib/libpython3.12.so", "lib/pkgconfig/python3.pc", "include/python3.12",
        "share/man/man1/python3.12.1", "share/man/man1/python3.1", "share/man/man1/python.1",
    }  # fmt: skip
    assert all(tree.pieces[path].source == f"{python.prefix}/{path}" for path in linked)
    assert {path for path in linked if tree.pieces[path].folder} == {
        f"{STDLIB}/json", "include/python3.12"
    }  # fmt: skip
    assert {one.owner for one in tree.pieces.values()} == {OWNER}
    assert all(one.base for one in tree.pieces.values())


def test_programs(python: Interpreter, tmp_path: Path) -> None:
    """Python is the launcher, a link beside it stays one, and tools name the environment."""
    tree = planned(python, tmp_path)
    programs = {path: one for path, one in tree.pieces.items() if not one.source}
    tool = b"#!/env/bin/python3.12\n"
    assert {path: (one.content, one.link) for path, one in programs.items()} == {
        "bin/python3.12": (b"launcher", None),
        "bin/python3": (None, "python3.12"),
        "bin/python": (None, "python3"),
        "bin/python3.12-config": (tool, None),
        "bin/idle3.12": (tool, None),
        "bin/idle3": (None, "idle3.12"),
    }
    assert all(one.executable for one in programs.values() if one.link is None)


@pytest.mark.parametrize("target", ["elsewhere/python3.12", "pip3.12"])
def test_links_that_lead_away(python: Interpreter, tmp_path: Path, target: str) -> None:
    """A tool that is a link to another folder, or to no tool, is a file here."""
    link = python.prefix / "bin/pydoc3.12"
    away = python.prefix / "bin" / target
    away.parent.mkdir(exist_ok=True)
    away.write_bytes(b"#!%s/bin/python3.12\n" % bytes(python.prefix))
    link.symlink_to(target)
    piece = planned(python, tmp_path).pieces["bin/pydoc3.12"]
    assert (piece.content, piece.link) == (b"#!/env/bin/python3.12\n", None)


def test_own_folders(python: Interpreter, tmp_path: Path) -> None:
    """Where packages go are folders of the environment's own, if the base has them or not."""
    tree = planned(python, tmp_path)
    own = {f"{STDLIB}/site-packages", "lib64/site", "bin"}
    assert tree.own == own
    assert own < tree.folders
    assert "lib/no-such" not in tree.folders


def test_shared_prefix(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a prefix that is the system's only the standard library, headers and programs come."""
    monkeypatch.setattr(Interpreter, "shares_prefix", True)
    tree = planned(python, tmp_path)
    assert {path for path in tree.pieces if not path.startswith((f"{STDLIB}/", "bin/"))} == {
        "include/python3.12"
    }
    headers = tree.pieces["include/python3.12"]
    assert (headers.source, headers.owner) == (f"{python.prefix}/include/python3.12", OWNER)


def test_another_platlibdir(python: Interpreter, tmp_path: Path) -> None:
    """Libraries lie in lib and beside the standard library, where that is lib64, say (3.9)."""
    for path in ("lib64/python3.12/os.py", "lib64/libextra.so"):
        (python.prefix / path).parent.mkdir(parents=True, exist_ok=True)
        (python.prefix / path).touch()
    tree = planned(replace(python, stdlib="lib64/python3.12"), tmp_path)
    wanted = {"lib/libpython3.12.so", "lib64/libextra.so", "lib64/python3.12/os.py"}
    assert wanted < set(tree.pieces)


def test_no_manual(python: Interpreter, tmp_path: Path) -> None:
    """A base that lacks a folder has nothing in it."""
    (python.prefix / "share").rename(tmp_path / "gone")
    assert not [path for path in planned(python, tmp_path).pieces if path.startswith("share")]


def test_reroot(python: Interpreter, tmp_path: Path) -> None:
    """Files of the base that record the prefix change; packages' files, links and folders not."""
    tree, prefix = Tree(), python.prefix
    told = prefix / "lib/pkgconfig/python3.pc"
    told.write_text(f"prefix={prefix} {prefix}/gone\n")
    (prefix / "folder.pc").mkdir()
    tree.add("lib/note", from_base(str(told), OWNER))
    tree.add("lib/pkgconfig/mine.pc", Piece("p", str(told)))
    tree.add("lib/pkgconfig/link.pc", Piece(OWNER, link="python3.pc", base=True))
    tree.add("lib/pkgconfig/folder.pc", from_base(str(prefix / "folder.pc"), OWNER))
    tree.add("lib/pkgconfig/python3.pc", from_base(str(told), OWNER))
    tree.add(f"{STDLIB}/_sysconfigdata.py", from_base(str(told), OWNER))
    base.reroot(tree, python, ENVIRONMENT)
    assert {path: one.content for path, one in tree.pieces.items()} == {
        "lib/note": None,
        "lib/pkgconfig/mine.pc": None,
        "lib/pkgconfig/link.pc": None,
        "lib/pkgconfig/folder.pc": None,
        "lib/pkgconfig/python3.pc": b"prefix=/env /env/gone\n",
        f"{STDLIB}/_sysconfigdata.py": b"prefix=/env /env/gone\n",
    }


def test_reroot_shared(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a prefix that is the system's a path changes if the environment holds it."""
    monkeypatch.setattr(Interpreter, "shares_prefix", True)
    tree = Tree()
    told = python.prefix / "lib/pkgconfig/python3.pc"
    told.write_text(f"{python.prefix}/lib {python.prefix}/share\n")
    tree.add("lib/pkgconfig/python3.pc", from_base(str(told), OWNER))
    base.reroot(tree, python, ENVIRONMENT)
    content = tree.pieces["lib/pkgconfig/python3.pc"].content
    assert content == f"/env/lib {python.prefix}/share\n".encode()


class TestCompiled:
    """On 2.7 a re-rooted module is compiled again, by its own Python."""

    @pytest.fixture(name="python2")
    def _python2(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Interpreter:
        """CPython 2.7, in a folder with a module that it must not take for its own."""
        found = [ask(path) for path in EXECUTABLES if path.name == "python2.7"]
        if not found:
            pytest.skip("there is no 2.7 here")
        (tmp_path / "struct.py").write_text("raise SystemExit('not this one')\n")
        monkeypatch.chdir(tmp_path)
        return found[0]

    def tree(self, folder: Path, text: str) -> Tree:
        """The plan with one module, of which the base has one compiled form."""
        module = folder / "_sysconfigdata.py"
        module.write_text(text)
        (folder / "_sysconfigdata.pyc").write_bytes(b"old")
        os.utime(module, (1234567890, 1234567890.5))
        tree = Tree()
        tree.add("lib/python2.7/_sysconfigdata.py", from_base(str(module), OWNER))
        return tree

    def test_again(self, python2: Interpreter, tmp_path: Path) -> None:
        """The code is the new text's, and says when the base's was modified."""
        tree = self.tree(tmp_path, f"x = {str(python2.prefix)!r}\n")
        base.reroot(tree, python2, ENVIRONMENT)
        code = tree.pieces["lib/python2.7/_sysconfigdata.pyc"].content or b""
        assert b"/env" in code.replace(b"/env/lib/python2.7/_sysconfigdata.py", b"")
        assert b"/env/lib/python2.7/_sysconfigdata.py" in code
        assert code[4:8] == (1234567890).to_bytes(4, "little")
        assert "lib/python2.7/_sysconfigdata.pyo" not in tree.pieces

    def test_not_python(self, python2: Interpreter, tmp_path: Path) -> None:
        """What does not compile is not passed over."""
        with pytest.raises(subprocess.CalledProcessError) as caught:
            base.reroot(self.tree(tmp_path, "x = \n"), python2, ENVIRONMENT)
        assert b"SyntaxError" in caught.value.stderr
