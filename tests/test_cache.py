"""Tests of what is kept between runs, and of the workspace of one run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envparity import cache as cache_module
from envparity.cache import (
    VARIABLE,
    WORKSPACE_VARIABLE,
    Cache,
    Workspace,
    default_folder,
    digest,
    digest_of_files,
    memory_folder,
    remove_tree,
    sweep,
    sweep_drafts,
    write_atomically,
)
from envparity.errors import CacheError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Make a cache."""
    return Cache.at(tmp_path / "cache")


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """Make a folder, and give up root's power over modes for the test's duration."""
    folder = Path(tempfile.mkdtemp(prefix="envparity-test-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=True)
        shutil.rmtree(folder)


def start(program: str, *arguments: object) -> subprocess.Popen[str]:
    """Start another Python on *program*."""
    command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)


class TestDigest:
    """A digest names what is made from parts."""

    @given(st.lists(st.text()), st.lists(st.text()))
    def test_lists(self, left: list[str], right: list[str]) -> None:
        """Two lists of parts have one digest if they are equal, and only then."""
        assert (digest(*left) == digest(*right)) == (left == right)

    def test_is_a_name(self) -> None:
        """A digest can be the name of a folder, whatever its parts are, and stays the same."""
        assert digest("a", 1, None, "\udcff") == "c47cf7b2570cad920277745a5c9b83b5"

    def test_files(self, tmp_path: Path) -> None:
        """Files count by content and order, and not by name or date."""
        for name, text in (("a", "1"), ("b", "2"), ("c", "1")):
            (tmp_path / name).write_text(text)
        a, b, c = (tmp_path / name for name in "abc")
        assert digest_of_files(a, b) == digest_of_files(c, b) != digest_of_files(b, a)


class TestFolder:
    """Where the cache lies."""

    def test_default(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """It is the user's cache folder, unless a variable says another."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.delenv(VARIABLE, raising=False)
        assert default_folder() == tmp_path / "envparity"
        monkeypatch.setenv(VARIABLE, "/elsewhere")
        assert default_folder() == Path("/elsewhere")

    def test_is_made(self, tmp_path: Path) -> None:
        """It is made with all that is above it, and nothing but the locks' folder is in it."""
        made = Cache.at(tmp_path / "a/b")
        assert made == Cache.at(tmp_path / "a/b")
        assert [path.name for path in made.folder.iterdir()] == ["locks"]

    def test_obstacle(self, tmp_path: Path) -> None:
        """A file in its place is one line that says what to set."""
        (tmp_path / "file").touch()
        for folder in (tmp_path / "file", tmp_path / "file/deeper"):
            with pytest.raises(CacheError, match=rf"^{folder}: the cache cannot be.*{VARIABLE}"):
                Cache.at(folder)

    def test_unwritable(self, unprivileged: Path) -> None:
        """A folder without the right to write is one line that says what to set."""
        Cache.at(unprivileged)
        unprivileged.chmod(0o500)
        with pytest.raises(CacheError) as caught:
            Cache.at(unprivileged)
        assert str(caught.value) == (
            f"{unprivileged}: the cache cannot be written: Permission denied "
            f"(set {VARIABLE} to a folder that can)"
        )


class TestTree:
    """A folder is filled once, and is there whole or not at all."""

    def test_made_once(self, cache: Cache) -> None:
        """What is there is not made again."""
        made: list[Path] = []

        def make(folder: Path) -> None:
            made.append(folder)
            assert list(folder.iterdir()) == []
            (folder / "file").write_text("content")

        first = cache.tree("things", "one", make)
        assert first == cache.tree("things", "one", make) == cache.folder / "things/one"
        assert (first / "file").read_text() == "content"
        assert len(made) == 1
        assert made[0] != first
        assert stat.S_IMODE(first.stat().st_mode) == 0o755

    def test_names(self, cache: Cache) -> None:
        """Kind and name tell things apart."""
        places = {
            cache.tree(kind, name, lambda folder: None) for kind in "ab" for name in ("c", "d")
        }
        assert len(places) == 4

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_failure(self, cache: Cache, error: type[BaseException]) -> None:
        """Nothing stays of what could not be made, and it can be tried again."""

        def make(folder: Path) -> None:
            (folder / "half").mkdir()
            raise error

        with pytest.raises(error):
            cache.tree("things", "one", make)
        assert list((cache.folder / "things").iterdir()) == []
        assert cache.tree("things", "one", lambda folder: None).is_dir()

    def test_a_copy_that_fails(self, cache: Cache, tmp_path: Path) -> None:
        """Where a tree cannot be copied into the cache, the first reason is told in a line."""
        (tmp_path / "from").mkdir()
        (tmp_path / "from" / "nowhere").symlink_to(tmp_path / "missing")

        def make(draft: Path) -> None:
            shutil.copytree(tmp_path / "from", draft / "x")

        with pytest.raises(CacheError, match=r"/x/nowhere: cannot be written: .*No such file"):
            cache.tree("things", "one", make)
        assert [] == os.listdir(cache.folder / "things")

    def test_not_seen_before_it_is_whole(self, cache: Cache) -> None:
        """While it is being made, nobody finds it under its name."""

        def make(folder: Path) -> None:
            assert not (cache.folder / "things/one").exists()

        assert cache.tree("things", "one", make).exists()

    def test_processes(self, cache: Cache) -> None:
        """Of many processes that want one thing, one makes it, and all get it whole."""
        program = """
            import sys, time
            from pathlib import Path
            from envparity.cache import Cache

            def make(folder):
                for number in range(20):
                    (folder / str(number)).touch()
                    time.sleep(0.005)
                print("made", end=" ")

            sys.stdin.readline()
            print(len(list(Cache(Path(sys.argv[1])).tree("things", "one", make).iterdir())))
        """
        processes = [start(program, cache.folder) for _ in range(4)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert sorted(process.communicate()[0] for process in processes) == [
            "20\n",
            "20\n",
            "20\n",
            "made 20\n",
        ]

    def test_maker_is_killed(self, cache: Cache) -> None:
        """A process killed while making leaves neither a result nor a lock."""
        program = """
            import sys, time
            from pathlib import Path
            from envparity.cache import Cache

            def make(folder):
                (folder / "half").touch()
                print("at it", flush=True)
                time.sleep(60)

            Cache(Path(sys.argv[1])).tree("things", "one", make)
        """
        with start(program, cache.folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "at it\n"
            process.kill()
        place = cache.tree("things", "one", lambda folder: (folder / "whole").touch())
        assert [path.name for path in place.iterdir()] == ["whole"]
        (draft,) = (cache.folder / "things").glob(".draft-*")
        assert (draft / "half").exists()


class TestDamage:
    """A tree that is no longer what was made is made again."""

    @pytest.mark.parametrize(
        "damage",
        [
            "printf mine! > file",
            "rm file",
            "chmod 600 file",
            "touch more",
            "ln -sfn / link",
            "rm -r ../one",
            "echo '[]' > ../../seals/things-one.json",
            "rm ../../seals/things-one.json",
        ],
    )
    def test_made_again(self, cache: Cache, damage: str) -> None:
        """Whatever was changed in it, the next process finds what was first made."""

        def make(folder: Path) -> None:
            (folder / "file").write_text("whole")
            (folder / "link").symlink_to("file")

        place = cache.tree("things", "one", make)
        subprocess.run(["sh", "-c", damage], cwd=place, check=True)
        cache_module._SEEN.clear()
        assert place == cache.tree("things", "one", make)
        assert "whole" == (place / "file").read_text()
        assert ["file", "link"] == sorted(os.listdir(place))
        assert Path("file") == (place / "link").readlink()
        assert ["one"] == os.listdir(place.parent)

    def test_bytecode(self, cache: Cache) -> None:
        """What Python compiles there later is no damage."""
        made: list[Path] = []
        for _ in range(2):
            place = cache.tree("things", "one", made.append)
            (place / "__pycache__").mkdir(exist_ok=True)
            (place / "__pycache__" / "module.pyc").write_text("")
            cache_module._SEEN.clear()
        assert 1 == len(made)


class TestDocuments:
    """JSON documents are kept by name."""

    def test_round_trip(self, cache: Cache) -> None:
        """What was written is read back, down to bytes that are no text."""
        document = {"a": [1, 2.5, None, "é\udcff\x1b"]}
        cache.write("facts", "one", document)
        assert cache.read("facts", "one") == document
        assert [path.name for path in (cache.folder / "facts").iterdir()] == ["one.json"]

    def test_missing(self, cache: Cache) -> None:
        """What is not there reads as nothing."""
        assert cache.read("facts", "one") is None

    @pytest.mark.parametrize(
        "content",
        [b"", b'{"a": 1', b"\xff\xfe", b"[1] [2]", b"{}", b"[]", b"7", b"[" * 100_000,
         b'{"digest": "0", "document": {}}'],
    )  # fmt: skip
    def test_corrupt(self, cache: Cache, content: bytes) -> None:
        """What is no JSON reads as nothing, and can be written anew."""
        cache.write("facts", "one", {})
        (cache.folder / "facts/one.json").write_bytes(content)
        assert cache.read("facts", "one") is None
        cache.write("facts", "one", {"a": 1})
        assert cache.read("facts", "one") == {"a": 1}

    def test_not_serialisable(self, cache: Cache) -> None:
        """What JSON cannot hold leaves what was there before."""
        cache.write("facts", "one", 1)
        with pytest.raises(TypeError):
            cache.write("facts", "one", object())
        assert cache.read("facts", "one") == 1

    def test_atomic(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file has its old contents or its new ones, and no draft stays beside it."""
        place = tmp_path / "file"
        write_atomically(place, "old\udcff")
        assert place.read_bytes() == b"old\xff"
        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(OSError("full")))
            with pytest.raises(OSError, match="full"):
                write_atomically(place, "new")
        assert place.read_bytes() == b"old\xff"
        assert list(tmp_path.iterdir()) == [place]


class TestRemoving:
    """A tree is removed whatever its modes are."""

    def test_modes(self, unprivileged: Path) -> None:
        """Folders that forbid everything to their owner are removed with what is in them."""
        tree = unprivileged / "tree"
        deep = tree / "none/deeper/none"
        deep.mkdir(parents=True)
        (deep / "file").touch()
        (tree / "read-only").mkdir()
        (tree / "read-only/file").touch()
        (tree / "read-only").chmod(0o500)
        for folder in (deep, deep.parent, deep.parent.parent, tree):
            folder.chmod(0)
        remove_tree(tree)
        assert list(unprivileged.iterdir()) == []

    def test_links(self, unprivileged: Path) -> None:
        """What links lead to stays as it is."""
        other = unprivileged / "other"
        other.mkdir()
        other.chmod(0o500)
        (unprivileged / "tree").mkdir()
        (unprivileged / "tree/link").symlink_to(other)
        (unprivileged / "tree/none").mkdir(mode=0)
        (unprivileged / "tree/none").chmod(0)
        (unprivileged / "tree").chmod(0o500)
        remove_tree(unprivileged / "tree")
        assert list(unprivileged.iterdir()) == [other]
        assert stat.S_IMODE(other.stat().st_mode) == 0o500

    def test_missing(self, tmp_path: Path) -> None:
        """What is not there is gone already."""
        remove_tree(tmp_path / "nothing")


OWNER = """
    import sys, time
    from pathlib import Path
    from envparity.cache import Cache, Workspace

    workspace = Workspace.create(Cache(Path(sys.argv[1])))
    (workspace.folder / "left").touch()
    print(workspace.folder, flush=True)
    sys.stdin.readline()
    workspace.close()
"""


class TestWorkspace:
    """The folder of one run lives as long as its owner."""

    @pytest.fixture(autouse=True)
    def _on_disk(self, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put workspaces where nobody else's are."""
        monkeypatch.setenv(WORKSPACE_VARIABLE, str(cache.folder / "runs"))

    def test_in_memory(self, cache: Cache, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """It lies in memory where that can be had, and in the cache otherwise."""
        monkeypatch.delenv(WORKSPACE_VARIABLE)
        for place in (tmp_path / "memory", None):
            monkeypatch.setattr(cache_module, "memory_folder", lambda place=place: place)
            workspace = Workspace.create(cache)
            assert workspace.folder.parent == (place or cache.folder / "runs")
            workspace.close()

    def runs(self, cache: Cache) -> list[str]:
        """Return the names of all there is of workspaces."""
        return sorted(path.name for path in (cache.folder / "runs").iterdir())

    def test_life(self, cache: Cache) -> None:
        """It is made for its owner alone, and its owner's end is its own."""
        workspace = Workspace.create(cache)
        assert workspace.folder.parent == cache.folder / "runs"
        assert stat.S_IMODE(workspace.folder.stat().st_mode) == 0o700
        (workspace.folder / "file").touch()
        workspace.close()
        assert self.runs(cache) == []

    def test_neighbours(self, cache: Cache) -> None:
        """Another run leaves it alone while its owner lives, in this process or in another."""
        mine = Workspace.create(cache)
        with start(OWNER, cache.folder) as other:
            assert other.stdout is not None
            theirs = Path(other.stdout.readline().strip())
            third = Workspace.create(cache)
            assert mine.folder.is_dir()
            assert (theirs / "left").exists()
            other.communicate("\n")
        assert not theirs.exists()
        for workspace in (mine, third):
            workspace.close()
        assert self.runs(cache) == []

    def test_owner_is_killed(self, cache: Cache) -> None:
        """The workspace of an owner that was killed is removed by the next run."""
        with start(OWNER, cache.folder) as process:
            assert process.stdout is not None
            theirs = Path(process.stdout.readline().strip())
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert (theirs / "left").exists()
        mine = Workspace.create(cache)
        assert self.runs(cache) == [mine.folder.name, f"{mine.folder.name}.lock"]
        mine.close()

    def test_starting_together(self, cache: Cache) -> None:
        """Runs that start at one moment do not sweep each other away."""
        program = """
            import sys
            from pathlib import Path
            from envparity.cache import Cache, Workspace

            sys.stdin.readline()
            for _ in range(20):
                workspace = Workspace.create(Cache(Path(sys.argv[1])))
                (workspace.folder / "file").touch()
                workspace.close()
        """
        processes = [start(program, cache.folder) for _ in range(3)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        for process in processes:
            process.communicate()
        assert [process.returncode for process in processes] == [0, 0, 0]
        assert self.runs(cache) == []

    def test_lock_comes_first(self, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
        """A run that sweeps while another is starting finds its workspace locked."""
        mkdir = Path.mkdir

        def slow_mkdir(path: Path, *arguments: object, **options: object) -> None:
            mkdir(path, *arguments, **options)  # type: ignore[arg-type]
            if path.parent.name == "runs":
                sweep(path.parent)

        monkeypatch.setattr(Path, "mkdir", slow_mkdir)
        workspace = Workspace.create(cache)
        assert workspace.folder.is_dir()
        workspace.close()

    def test_obstacle(self, cache: Cache) -> None:
        """Where no workspace can be made, one line says so."""
        (cache.folder / "runs").touch()
        with pytest.raises(CacheError, match=r"runs: no workspace can be made: File exists \(set"):
            Workspace.create(cache)

    def test_that_cannot_be_removed(self, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
        """A dead workspace that resists keeps its lock file, for the next run to try."""
        runs = cache.folder / "runs"
        (runs / "dead").mkdir(parents=True)
        with monkeypatch.context() as patched:
            patched.setattr(cache_module, "remove_tree", lambda folder: None)
            sweep(runs)
        assert self.runs(cache) == ["dead", "dead.lock"]
        sweep(runs)
        assert self.runs(cache) == []


class TestDrafts:
    """Drafts of makers that were killed are removed in time."""

    def test_age(self, cache: Cache) -> None:
        """Old drafts go, be they files or folders; young ones and results stay."""
        for name in ("old-file", "old-folder", "young"):
            path = cache.folder / "things" / f".draft-{name}"
            path.mkdir(parents=True)
            if name == "old-file":
                path.rmdir()
                path.touch()
            if name != "young":
                os.utime(path, (time.time() - 4000,) * 2)
        result = cache.tree("things", "one", lambda folder: None)
        os.utime(result, (0, 0))
        sweep_drafts(cache.folder)
        left = sorted(path.name for path in (cache.folder / "things").iterdir())
        assert left == [".draft-young", "one"]
        sweep_drafts(cache.folder, age=-60)
        assert list((cache.folder / "things").iterdir()) == [result]

    def test_a_new_run_sweeps(self, cache: Cache) -> None:
        """Every run begins by removing them."""
        draft = cache.folder / "things/.draft-x"
        draft.mkdir(parents=True)
        os.utime(draft, (0, 0))
        Workspace.create(cache).close()
        assert not draft.exists()

    def test_vanished(self, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
        """A draft that another run removes at the same moment is no trouble."""
        gone = cache.folder / "things/.draft-x"
        monkeypatch.setattr(Path, "glob", lambda *_: iter([gone]))
        sweep_drafts(cache.folder)
        assert not gone.exists()


class TestMemory:
    """Where a machine has memory to spare, workspaces may lie in it."""

    @pytest.fixture
    def memory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Make a folder that stands for the file system in memory."""
        monkeypatch.setattr(cache_module, "MEMORY", tmp_path)
        self.has(monkeypatch)
        return tmp_path

    def has(self, monkeypatch: pytest.MonkeyPatch, *, room: int = 4 << 30, flags: int = 0) -> None:
        """Give the file system *room*, in bytes, and mount it with *flags*."""
        status = SimpleNamespace(f_flag=flags, f_bavail=room // 4096, f_frsize=4096)
        monkeypatch.setattr(os, "statvfs", lambda path: status)

    def test_folder(self, memory: Path) -> None:
        """Each user has a folder there, whether it has been made already or not."""
        assert memory_folder() == memory / f"envparity-{os.getuid()}"
        (memory / f"envparity-{os.getuid()}").mkdir()
        assert memory_folder() == memory / f"envparity-{os.getuid()}"

    @pytest.mark.parametrize(
        ("room", "flags"), [(1 << 30, 0), (4 << 30, os.ST_NOEXEC), (4 << 30, os.ST_RDONLY)]
    )
    def test_no_use(
        self, memory: Path, monkeypatch: pytest.MonkeyPatch, room: int, flags: int
    ) -> None:
        """Too little room, or nothing that can be written and executed there, is no use."""
        self.has(monkeypatch, room=room, flags=flags)
        assert memory_folder() is None

    def test_no_such_thing(self, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A machine without it does without."""
        monkeypatch.undo()
        monkeypatch.setattr(cache_module, "MEMORY", memory / "missing")
        assert memory_folder() is None

    def test_not_ours(self, memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder of another user, or a link that anybody laid, is not used."""
        folder = memory / f"envparity-{os.getuid()}"
        folder.symlink_to("/tmp")
        assert memory_folder() is None
        uid = os.getuid() + 1
        (memory / f"envparity-{uid}").mkdir()
        monkeypatch.setattr(os, "getuid", lambda: uid)
        assert memory_folder() is None


def test_what_is_kept_is_plain_json(cache: Cache) -> None:
    """A document on disk is a line with its checksum, and JSON that any program reads."""
    cache.write("facts", "one", {"a": "\udcff"})
    checksum, text = (cache.folder / "facts/one.json").read_text().splitlines()
    assert 64 == len(checksum)
    assert json.loads(text) == {"a": "\udcff"}


def test_what_a_disk_spoils_is_not_there(cache: Cache) -> None:
    """A document of which any one byte has changed, or that is cut off anywhere, is not read."""
    cache.write("facts", "one", {"outcome": "parity", "seconds": 1.5})
    place = cache.folder / "facts/one.json"
    whole = place.read_bytes()
    for position in range(len(whole)):
        place.write_bytes(whole[:position] + b"%c" % (whole[position] ^ 1) + whole[position + 1 :])
        assert cache.read("facts", "one") is None
        place.write_bytes(whole[:position])
        assert cache.read("facts", "one") is None
    place.write_bytes(whole)
    assert cache.read("facts", "one") is not None


def test_what_is_moved_is_not_there(cache: Cache) -> None:
    """A document under the name of another is not read: names are what documents are found by."""
    cache.write("facts", "one", {})
    (cache.folder / "facts/one.json").rename(cache.folder / "facts/two.json")
    assert cache.read("facts", "two") is None
