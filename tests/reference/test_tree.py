"""The plan of an environment: what is in the way of what, and what is put on disk for it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reference.errors import Refused
from reference.tree import Piece, Tree, from_base


def file(folder: Path, name: str, text: str = "x", mode: int = 0o644) -> str:
    """The path of a new file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_read(tmp_path: Path) -> None:
    """A piece holds what will be written, or what lies at its source, or where its link goes."""
    source = file(tmp_path, "a", "old")
    assert Piece("p", source).read() == b"old"
    assert Piece("p", source, b"new").read() == b"new"
    assert Piece("p", source, b"").read() == b""
    assert Piece("p", source, link="é").read() == os.fsencode("é")
    assert Piece("p", content=b"c", link="l").read() == b"c"


def test_base_folder_is_taken_apart(tmp_path: Path) -> None:
    """Where a package meets a folder of the base, its entries are the base's, one by one."""
    for name, mode in (("a.py", 0o644), ("run", 0o755), ("sub/b.py", 0o644)):
        file(tmp_path / "lib", name, mode=mode)
    tree = Tree()
    tree.add("lib", from_base(str(tmp_path / "lib"), "base"))
    assert list(tree.pieces) == ["lib"]
    tree.add("lib/new.py", Piece("p", file(tmp_path, "new.py")))
    assert set(tree.pieces) == {"lib/a.py", "lib/run", "lib/sub", "lib/new.py"}
    assert tree.folders == {"", "lib"}
    told = {path: (one.folder, one.executable, one.base) for path, one in tree.pieces.items()}
    assert told["lib/a.py"] == (False, False, True)
    assert told["lib/run"] == (False, True, True)
    assert told["lib/sub"] == (True, False, True)
    assert told["lib/new.py"] == (False, False, False)
    assert tree.pieces["lib/sub"].source == str(tmp_path / "lib/sub")
    assert tree.pieces["lib/sub"].owner == "base"


def test_file_in_the_way_of_a_folder(tmp_path: Path) -> None:
    """A file where another needs a folder is refused, and all three are named."""
    tree = Tree()
    tree.add("a/b", Piece("p", file(tmp_path, "b")))
    with pytest.raises(Refused) as caught:
        tree.add("a/b/c", Piece("q", file(tmp_path, "c")))
    wanted = "a/b: a file of p, and another needs a folder there (a/b/c of q)"
    assert str(caught.value) == wanted


def test_folder_in_the_way_of_a_file(tmp_path: Path) -> None:
    """A folder where another has a file is refused, with the owner of what is in it."""
    source = file(tmp_path, "x/y")
    tree = Tree()
    tree.add("a/b", Piece("p", source))
    with pytest.raises(Refused, match=r"^a: a file of q and a folder of p$"):
        tree.add("a", Piece("q", source))
    tree.folder("empty")
    with pytest.raises(Refused, match=r"^empty: a file of q and a folder of nobody$"):
        tree.add("empty", Piece("q", source))
    tree.add("x", from_base(str(tmp_path / "x"), "base"))
    with pytest.raises(Refused, match=r"^x: a file of q and a folder of base$"):
        tree.add("x", Piece("q", source))


def test_same_links(tmp_path: Path) -> None:
    """Links of one text merge, wherever they lead; of another text they differ."""
    for name, target in (("p/l", "folder"), ("q/l", "folder"), ("r/l", "./folder")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).symlink_to(target)
    (tmp_path / "p/folder").mkdir()
    tree = Tree()
    for owner in "pq":
        tree.add("l", Piece(owner, str(tmp_path / owner / "l"), link="folder"))
    with pytest.raises(Refused, match=r"^l: p and r differ$"):
        tree.add("l", Piece("r", str(tmp_path / "r/l"), link="./folder"))


@pytest.mark.parametrize(
    "other", [{"content": b"y"}, {"executable": True}, {"content": None, "link": "x"}]
)
def test_different(other: dict[str, object]) -> None:
    """Content, mode and kind have to be the same, or the priority decides."""
    tree = Tree()
    first = Piece("p", content=b"x")
    tree.add("a", first)
    tree.add("a", Piece("q", content=b"x"))
    assert tree.pieces["a"] is first
    different = Piece(**{"owner": "r", "content": b"x", **other})  # type: ignore[arg-type]
    with pytest.raises(Refused, match=r"^a: p and r differ$"):
        tree.add("a", different)
    different.priority = 1
    tree.add("a", different)
    assert tree.pieces["a"] is first
    different.priority = -1
    tree.add("a", different)
    assert tree.pieces["a"] is different


def test_holds(tmp_path: Path) -> None:
    """What is planned is there, and what lies in a folder of the base, however deep."""
    file(tmp_path / "lib", "sub/deep/b.py")
    tree = Tree()
    tree.add("usr/lib", from_base(str(tmp_path / "lib"), "base"))
    tree.add("usr/file", Piece("p", file(tmp_path, "file")))
    there = ("", "usr", "usr/lib", "usr/file", "usr/lib/sub", "usr/lib/sub/deep/b.py")
    assert all(map(tree.holds, there))
    assert not any(map(tree.holds, ("lib", "usr/sub", "usr/lib/b.py", "usr/file/x", "b.py", "x/y")))


def test_whole_folders(tmp_path: Path) -> None:
    """A folder is one package's when all that it has there, and nobody else, is in it."""
    tree = Tree()
    for path in ("a/b/one", "a/b/c/two", "d/three"):
        tree.add(path, Piece("p", file(tmp_path / "p", path)))
    assert tree.whole_folders() == {
        "a": str(tmp_path / "p/a"),
        "a/b": str(tmp_path / "p/a/b"),
        "a/b/c": str(tmp_path / "p/a/b/c"),
        "d": str(tmp_path / "p/d"),
    }
    tree.add("a/b/c/four", Piece("q", file(tmp_path / "q", "a/b/c/four")))
    assert tree.whole_folders() == {"d": str(tmp_path / "p/d")}
    tree.add("d/three", Piece("q", content=b"y", priority=1))
    assert tree.whole_folders() == {}
    empty = Tree()
    empty.add("a/one", Piece("p", str(tmp_path / "p/a/one")))
    empty.folder("a/none")
    empty.folder("own")
    empty.own.add("own")
    assert empty.whole_folders() == {}


@pytest.mark.parametrize(
    "piece", [{"content": b"x"}, {"solid": True}, {"base": True}, {"link": "x"}, {"source": ""}]
)
def test_not_whole(tmp_path: Path, piece: dict[str, object]) -> None:
    """What is written, or a link, or the base's, or a file in every mode keeps a folder."""
    source = file(tmp_path / "p", "a/one")
    tree = Tree()
    tree.add("a/one", Piece("p", source))
    assert tree.whole_folders()
    tree.add("a/two", Piece(**{"owner": "p", "source": f"{source[:-3]}two", **piece}))  # type: ignore[arg-type]
    assert not tree.whole_folders()


@pytest.mark.parametrize("mode", ["symlink", "folders", "hardlink", "copy"])
def test_write(tmp_path: Path, mode: str) -> None:
    """Each mode puts files there in its way; programs are files, and the base is never linked to
    by an inode.
    """
    old = 1_500_000_000
    for name, kind in (("p/plain", 0o644), ("p/program", 0o755), ("base/f/g", 0o644)):
        file(tmp_path, name, name, kind)
        os.utime(tmp_path / name, (old, old))
    (tmp_path / "base/f/here").symlink_to("g")
    (tmp_path / "base/f/there").symlink_to("../../p/plain")
    tree = Tree()
    tree.add("d/plain", Piece("p", str(tmp_path / "p/plain")))
    tree.add("d/written", Piece("p", content=b"new", executable=True))
    tree.add("d/changed", Piece("p", str(tmp_path / "p/plain"), b"new"))
    tree.add("d/link", Piece("p", link="plain"))
    tree.add("bin/program", Piece("p", str(tmp_path / "p/program"), solid=True))
    tree.add("f", from_base(str(tmp_path / "base/f"), "base"))
    tree.add("whole/plain", Piece("p", file(tmp_path, "p/whole/plain")))
    out = tmp_path / "out"
    umask = os.umask(0)
    tree.write(str(out), mode)
    os.umask(umask)
    for own in ("", "d", "bin"):
        assert (out / own).stat().st_mode & 0o777 == 0o755
    assert (out / "f").stat().st_mode & 0o777 == 0o755
    assert (out / "whole").is_symlink() is (mode == "folders")
    plain, program, folder = out / "d/plain", out / "bin/program", out / "f"
    linked = mode in ("symlink", "folders")
    assert plain.is_symlink() is folder.is_symlink() is linked
    assert plain.read_text() == "p/plain"
    assert plain.samefile(tmp_path / "p/plain") is (mode != "copy")
    assert plain.stat().st_mtime == old
    assert (out / "d/written").read_bytes() == (out / "d/changed").read_bytes() == b"new"
    assert (out / "d/written").stat().st_mode & 0o777 == 0o755
    assert (out / "d/changed").stat().st_mode & 0o777 == 0o644
    assert (out / "d/changed").stat().st_mtime == old
    assert (out / "d/link").readlink() == Path("plain")
    assert not program.is_symlink()
    assert not program.samefile(tmp_path / "p/program")
    assert program.stat().st_mode & 0o777 == 0o755
    assert (folder / "g").samefile(tmp_path / "base/f/g") is linked
    assert (folder / "here").readlink() == Path("g")
    wanted = "../../p/plain" if linked else str(tmp_path / "p/plain")
    assert str((folder / "there").readlink()) == wanted


def test_write_whole_folders(tmp_path: Path) -> None:
    """In `folders` mode the outermost folder that is one package's is the only link."""
    tree = Tree()
    for path in ("a/b/one", "a/b/c/two"):
        tree.add(path, Piece("p", file(tmp_path / "p", path)))
    tree.add("a/other", Piece("q", file(tmp_path / "q", "a/other")))
    tree.write(str(tmp_path / "out"), "folders")
    assert not (tmp_path / "out/a").is_symlink()
    assert (tmp_path / "out/a/b").readlink() == tmp_path / "p/a/b"
    assert (tmp_path / "out/a/b/c/two").read_text() == "x"
    assert (tmp_path / "out/a/other").readlink() == tmp_path / "q/a/other"


def test_hard_links_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies on another file system, where no hard link leads, is copied."""

    def link(*_: object) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "link", link)
    source = file(tmp_path, "p/a", mode=0o755)
    tree = Tree()
    tree.add("a", Piece("p", source))
    tree.write(str(tmp_path / "out"), "hardlink")
    assert (tmp_path / "out/a").read_text() == "x"
    assert (tmp_path / "out/a").stat().st_mode & 0o777 == 0o755
    assert not (tmp_path / "out/a").samefile(source)


def test_empty_folders_are_not_whole(tmp_path: Path) -> None:
    """A folder with nothing in it lies nowhere, and neither does the one above it."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/file").touch()
    tree = Tree()
    tree.add("a/file", Piece("p", f"{tmp_path}/a/file"))
    assert tree.whole_folders()["a"] == f"{tmp_path}/a"
    tree.folder("a/empty")
    tree.folder("own")
    tree.own.add("own")
    assert tree.whole_folders() == {}
