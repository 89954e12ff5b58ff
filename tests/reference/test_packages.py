"""Wheels that cannot be installed are refused, or broken, in one clear line."""

from __future__ import annotations

import os
import re
import stat
import zipfile
from collections.abc import Collection
from pathlib import Path

import pytest

from reference import packages
from reference.errors import BuildError, Refused
from reference.interpreter import Interpreter
from reference.store import Store

from .conftest import WheelMaker


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "/x",
        "a/../../x",
        "a//x",
        "a\nb",
        "p-1.0.data/data/../../../x",
        "p-1.0.data/scripts/../x",
        "p-1.0.data/scripts//x",
    ],
)
def test_leaving(newest: Interpreter, store: Store, make_wheel: WheelMaker, path: str) -> None:
    """A member that leaves the prefix is refused."""
    with pytest.raises(Refused, match="leaves the prefix"):
        packages.load(make_wheel("p", {path: b""}), newest, store)


@pytest.mark.parametrize("name", ["../x", "a/b"])
def test_entry_point(newest: Interpreter, store: Store, make_wheel: WheelMaker, name: str) -> None:
    """An entry point that leaves the folder of programs is refused."""
    wheel = make_wheel("p", entry_points=f"[console_scripts]\n{name} = a:b\n")
    with pytest.raises(Refused, match="leaves the prefix"):
        packages.load(wheel, newest, store)


@pytest.mark.parametrize("value", ["a:b c", "a b:c", "a", "1:2", "a:import os"])
def test_no_reference(
    newest: Interpreter, store: Store, make_wheel: WheelMaker, value: str
) -> None:
    """An entry point that is not module:attribute is an error, and no code is made of it."""
    wheel = make_wheel("p", entry_points=f"[console_scripts]\nx = {value}\n")
    with pytest.raises(BuildError, match=r"p-1\.0"):
        packages.load(wheel, newest, store)


def test_broken(newest: Interpreter, store: Store, tmp_path: Path, make_wheel: WheelMaker) -> None:
    """No zip, no metadata, a wrong RECORD, a wrong name: one line that names the wheel."""
    for name in ("p-1.0-py3-none-any.whl", "nonsense.whl"):
        (tmp_path / name).write_bytes(b"nonsense")
        with pytest.raises(BuildError, match=name):
            packages.load(tmp_path / name, newest, store)
    good = make_wheel("p", {"a.py": b"a"})
    for spoiled in ("METADATA", "RECORD", "a.py"):
        bad = tmp_path / good.name
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
            for member in source.namelist():
                if not member.endswith(spoiled):
                    target.writestr(member, source.read(member))
                elif spoiled == "a.py":
                    target.writestr(member, "b")
        with pytest.raises(BuildError, match=good.name) as caught:
            packages.load(bad, newest, store)
        assert "\n" not in str(caught.value)
    with pytest.raises(BuildError, match="No such file"):
        packages.load(tmp_path / "q-1.0-py3-none-any.whl", newest, store)


def with_links(wheel: Path, target: Path, links: Collection[str]) -> None:
    """Copy *wheel* with the members *links* as symbolic links, as zip files keep them."""
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(target, "w") as archive:
        for member in source.infolist():
            content = source.read(member)
            if member.filename in links:
                member.external_attr = 0o120777 << 16
            archive.writestr(member, content)


def test_unpacked(newest: Interpreter, store: Store, make_wheel: WheelMaker) -> None:
    """A wheel becomes a tree as the prefix has it, and all that a builder has to know of it."""
    data = "Under_Score-1.0.data"
    wheel = make_wheel(
        "Under_Score",
        {
            "a/__init__.py": b"",
            f"{data}/scripts/run": b"#!python -u\n",
            f"{data}/scripts/shell": b"#!/bin/sh\n",
            f"{data}/scripts/program": b"\x7fELF",
            f"{data}/data/bin/tool": b"#!python\n",
            f"{data}/data/share/text": b"#!python\n",
            f"{data}/headers/a.h": b"",
        },
        entry_points="[console_scripts]\nlook = a.b:c.d\n[gui_scripts]\nshow = a:b\n",
        metadata=["Requires-Dist: x", "Requires-Dist: y>1", "Requires-Python: >=2.7"],
    )
    made = packages.load(wheel, newest, store)
    site, scripts = newest.scheme["purelib"], newest.scheme["scripts"]
    info = f"{site}/Under_Score-1.0.dist-info"
    assert made.files == {
        f"{site}/a/__init__.py": "",
        f"{scripts}/run": "#!python",
        f"{scripts}/shell": "#!",
        f"{scripts}/program": "x",
        f"{scripts}/look": "#!python",
        f"{scripts}/show": "#!python",
        f"{newest.scheme['data']}/bin/tool".removeprefix("./"): "#!",
        f"{newest.scheme['data']}/share/text".removeprefix("./"): "",
        f"{newest.scheme['headers']}/Under-Score/a.h": "",
        **{f"{info}/{name}": "" for name in (
            "METADATA", "WHEEL", "RECORD", "INSTALLER", "entry_points.txt")},
    }  # fmt: skip
    assert list(made.files) == sorted(made.files)
    facts = made.name, made.version, made.origin, made.requires_python, made.tag, made.key
    assert facts == ("Under_Score", "1.0", wheel.name, ">=2.7", "py2.py3-none-any", "under-score")
    assert made.requires == ["x", "y>1"]
    assert made.record == f"{info}/RECORD"
    assert str(made) == f"Under_Score 1.0 ({wheel.name})"
    assert made.read(f"{info}/INSTALLER") == b"envparity-reference\n"
    program = made.read(f"{scripts}/look")
    assert program.startswith(b"#!python\n")
    assert b"from a.b import c\n" in program
    modes = {str(path.relative_to(made.folder)): stat.S_IMODE(path.stat().st_mode)
             for path in Path(made.folder).rglob("*")}  # fmt: skip
    assert {path: modes[path] for path in made.files} == {
        path: 0o755 if kind else 0o644 for path, kind in made.files.items()
    }
    assert {mode for path, mode in modes.items() if path not in made.files} == {0o755}


def test_modes(newest: Interpreter, store: Store, make_wheel: WheelMaker, tmp_path: Path) -> None:
    """Programs can be executed and everything be read, whatever the wheel and the umask say."""
    wheel = make_wheel("p", {"a/b.py": b"", "p-1.0.data/scripts/run": b"#!python\n"})
    bare = tmp_path / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(bare, "w") as archive:
        for member in source.infolist():
            archive.writestr(zipfile.ZipInfo(member.filename), source.read(member))
    old = os.umask(0o077)
    try:
        made = packages.load(bare, newest, store)
    finally:
        os.umask(old)
    modes = [path.stat().st_mode & 0o777 for path in Path(made.folder).rglob("*")
             if path.is_dir() or path.name == "run"]  # fmt: skip
    assert set(modes) == {0o755}
    assert Path(made.folder, newest.scheme["purelib"], "a/b.py").stat().st_mode & 0o777 == 0o644


def test_build_number(newest: Interpreter, store: Store, make_wheel: WheelMaker) -> None:
    """The number of a build in a wheel's name is none of its tag."""
    wheel = make_wheel("p", tag="7-py3-none-any")
    assert packages.load(wheel, newest, store).tag == "py3-none-any"


@pytest.mark.parametrize(
    "name", ["p-1.0-py3-none-any.zip", "p-1.0-py3-none.whl", "p-1-2-3-py3-none-any.whl", "p"]
)
def test_odd_names(newest: Interpreter, store: Store, tmp_path: Path, name: str) -> None:
    """What is not called as a wheel is taken for none."""
    (tmp_path / name).touch()
    with pytest.raises(BuildError, match=f"{re.escape(name)}: not named as a wheel is$"):
        packages.load(tmp_path / name, newest, store)


def test_folder_for_a_wheel(newest: Interpreter, store: Store, tmp_path: Path) -> None:
    """A folder that is called as a wheel is no package tree."""
    folder = tmp_path / "p-1.0-py3-none-any.whl"
    folder.mkdir()
    with pytest.raises(BuildError, match=r"any\.whl: Is a directory$"):
        packages.load(folder, newest, store)


@pytest.mark.parametrize("name", [".", ".."])
def test_name_of_a_folder(
    newest: Interpreter, store: Store, make_wheel: WheelMaker, name: str
) -> None:
    """An entry point that is called as every folder calls itself or its parent is refused."""
    wheel = make_wheel("p", entry_points=f"[console_scripts]\n{name} = a:b\n")
    with pytest.raises(Refused, match=f"the entry point '{re.escape(name)}' leaves the prefix"):
        packages.load(wheel, newest, store)


@pytest.mark.parametrize("value", ["a:import", "lambda.a:b", "a.1:b"])
def test_keywords(newest: Interpreter, store: Store, make_wheel: WheelMaker, value: str) -> None:
    """An entry point of which one word can be no name in Python is said to be none."""
    wheel = make_wheel("p", entry_points=f"[console_scripts]\nx = {value}\n")
    with pytest.raises(BuildError, match=r": the entry point x is not module:attribute$"):
        packages.load(wheel, newest, store)


def test_bound(
    newest: Interpreter, store: Store, make_wheel: WheelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wheel may unpack to the largest size, and to no byte more."""
    wheel = make_wheel("p", {"a.py": b"0" * 1000})
    with zipfile.ZipFile(wheel) as archive:
        size = sum(member.file_size for member in archive.infolist())
    monkeypatch.setattr(packages, "LARGEST", size - 1)
    with pytest.raises(BuildError, match=f": unpacks to more than {size - 1} bytes$"):
        packages.load(wheel, newest, store)
    monkeypatch.setattr(packages, "LARGEST", size)
    assert packages.load(wheel, newest, store).version == "1.0"


def test_links_of_wheels(
    newest: Interpreter, store: Store, make_wheel: WheelMaker, tmp_path: Path
) -> None:
    """A link in a wheel is a file with the target's name in it; one that leads out is refused."""
    wheel = make_wheel("p", {"x.py": b"", "a/inside": b"../x.py", "a/outside": b"../../x.py"})
    good, bad = tmp_path / f"good/{wheel.name}", tmp_path / f"bad/{wheel.name}"
    for one, names in ((good, ["a/inside"]), (bad, ["a/inside", "a/outside"])):
        one.parent.mkdir()
        with_links(wheel, one, names)
    made = packages.load(good, newest, store)
    place = f"{newest.scheme['purelib']}/a/inside"
    assert (made.files[place], made.read(place)) == ("", b"../x.py")
    with pytest.raises(Refused, match="the member 'a/outside' leaves the prefix"):
        packages.load(bad, newest, store)


def test_same_place(newest: Interpreter, store: Store, make_wheel: WheelMaker) -> None:
    """Two members that would be one file in the prefix are refused, with its path."""
    wheel = make_wheel("p", {"a.py": b"1", "p-1.0.data/purelib/a.py": b"2"})
    place = f"{newest.scheme['purelib']}/a.py"
    with pytest.raises(Refused, match=f"{wheel.name}: two members of it are {place}$"):
        packages.load(wheel, newest, store)


@pytest.mark.parametrize(
    ("error", "reason"), [(ValueError("two\nlines"), "two lines"), (KeyError(), "KeyError")]
)
def test_reason(
    newest: Interpreter, tmp_path: Path, make_wheel: WheelMaker, error: Exception, reason: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Whatever `installer` complains of is one line, and never an empty one."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("installer.install", fail)
    wheel = make_wheel("p")
    with pytest.raises(BuildError) as caught:
        packages.load(wheel, newest, Store(tmp_path / "store"))
    assert str(caught.value) == f"{wheel}: not a wheel that can be installed: {reason}"


def test_what_is_not_there(
    newest: Interpreter, store: Store, make_wheel: WheelMaker, tmp_path: Path
) -> None:
    """A file of RECORD that the wheel has not is named."""
    wheel, bad = make_wheel("p", {"b.py": b"", "a.py": b""}), tmp_path / "p-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(bad, "w") as archive:
        for member in source.infolist():
            if not member.filename.endswith(".py"):
                archive.writestr(member, source.read(member))
    with pytest.raises(BuildError, match=r"RECORD lists 'a\.py', which is not there$"):
        packages.load(bad, newest, store)


class TestTrees:
    """Package trees are read where they are."""

    def test_kinds(self, newest: Interpreter, store: Store, tmp_path: Path) -> None:
        """Each entry is what it is: link, folder without anything, program, file."""
        tree = tmp_path / "tree"
        for folder in ("bin", "lib/empty", "share"):
            (tree / folder).mkdir(parents=True)
        (tree / "bin/run").write_bytes(b"#!/bin/sh\n")
        (tree / "bin/elf").write_bytes(b"\x7fELF")
        for name in ("run", "elf"):
            (tree / "bin" / name).chmod(0o755)
        (tree / "bin/theirs").touch(0o601)  # executable, if not for its owner
        (tree / "share/text").write_bytes(b"#!/bin/sh\n")
        (tree / "share/link").symlink_to("../bin/run")
        (tree / "lib/folder").symlink_to("../share")
        made = packages.load(tree, newest, store)
        assert made.files == {
            "bin/elf": "x", "bin/run": "#!", "bin/theirs": "x", "lib/empty": "/",
            "lib/folder": "-> ../share", "share/link": "-> ../bin/run", "share/text": "",
        }  # fmt: skip
        assert list(made.files) == sorted(made.files)
        facts = made.name, made.version, made.origin, made.folder, made.requires, made.tag
        assert facts == ("tree", "0", "tree", str(tree), [], "")
        assert made.record is None

    @pytest.mark.parametrize("name", ["q.dist-info/METADATA", "q.egg-info/PKG-INFO"])
    def test_metadata(self, newest: Interpreter, store: Store, tmp_path: Path, name: str) -> None:
        """What a tree is called is in its metadata, of several in those that come first."""
        for path, text in ((name, b"Name: Q\nVersion: 2\nRequires-Python: \xff\n"),
                           ("z.dist-info/METADATA", b"Name: Z\nVersion: 3\n")):  # fmt: skip
            place = tmp_path / "tree/lib" / path
            place.parent.mkdir(parents=True)
            place.write_bytes(text)
        made = packages.load(tmp_path / "tree", newest, store)
        assert (made.name, made.version, made.requires_python) == ("Q", "2", "\ufffd")

    @pytest.mark.parametrize("missing", ["Name", "Version"])
    def test_no_name(self, newest: Interpreter, store: Store, tmp_path: Path, missing: str) -> None:
        """Metadata without a name or a version say nothing."""
        place = tmp_path / "tree/p.dist-info/METADATA"
        place.parent.mkdir(parents=True)
        place.write_text("".join(f"{key}: 1\n" for key in ("Name", "Version") if key != missing))
        with pytest.raises(BuildError, match=r"^its METADATA has no Name or no Version$"):
            packages.load(tmp_path / "tree", newest, store)

    def test_unreadable(
        self, newest: Interpreter, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file that may not be read is an error that names it."""
        (tmp_path / "tree").mkdir()
        (tmp_path / "tree/file").touch()
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(BuildError, match=r"tree/file: cannot be read$"):
            packages.load(tmp_path / "tree", newest, store)

    def test_neither(self, newest: Interpreter, store: Store, tmp_path: Path) -> None:
        """A pipe is an error that names it."""
        (tmp_path / "tree").mkdir()
        os.mkfifo(tmp_path / "tree/pipe")
        with pytest.raises(BuildError, match=r"tree/pipe: neither a file nor a folder nor a link$"):
            packages.load(tmp_path / "tree", newest, store)


@pytest.mark.parametrize("name", ["A-b", "a_B", "A.-_b"])
def test_normalise(name: str) -> None:
    """Names are compared in lower case, with one hyphen for each run of dots and the like."""
    assert packages.normalise(name) == "a-b"
