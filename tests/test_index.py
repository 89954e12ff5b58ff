"""Tests of packages from an index; the index is a folder of wheels, and pip is the real one."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from envparity import index as index_module
from envparity.cache import Cache
from envparity.errors import CorpusError, PackageUnavailable
from envparity.index import Index, Lock, marker_environment, pip_download, read_lock
from envparity.package import build_wheel
from tests.doubles import make_interpreter

BASE = make_interpreter("3.12.1")
HASH = "--hash=sha256:" + "0" * 64


class House:
    """An index, a lock of what is in it, and a cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wheels = folder / "wheels"
        self.wheels.mkdir()
        self.lines: list[str] = []
        self.index = Index(Cache.at(folder / "cache"))

    def add(self, name: str, *requires: str, marker: str = "") -> None:
        """Put a distribution into the index and the lock."""
        package = self.folder / name
        (package / "lib").mkdir(parents=True)
        (package / "lib" / f"{name}.py").touch()
        (package / "package.toml").write_text(f"requires = {list(requires)}")
        wheel = build_wheel(package, interpreter=BASE, destination=self.wheels)
        digest = hashlib.sha256(wheel.path.read_bytes()).hexdigest()
        self.lines.append(f"{name}==1.0{marker} \\\n    --hash=sha256:{digest}")

    def lock(self) -> Lock:
        """The lock as it is now."""
        path = self.folder / "lock.txt"
        path.write_text("\n".join(self.lines) + "\n")
        return Lock.read(path)

    def names(self, *asked: str) -> list[str]:
        """The distributions that come with those that are asked for."""
        return [wheel.name for wheel in self.index.wheels(asked, self.lock(), BASE)]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An index that pip is told of as its user would."""
    made = House(tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(made.wheels))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return made


class TestWheels:
    """What is asked for comes with all that it requires."""

    def test_closure(self, house: House) -> None:
        """Requirements of requirements come along, and circles end."""
        house.add("one", "two")
        house.add("two", "three")
        house.add("three", "two")
        house.add("four")
        assert house.names("one") == ["one", "three", "two"]
        assert house.names("One", "four") == ["four", "one", "three", "two"]

    def test_markers_and_extras(self, house: House) -> None:
        """Markers are those of the interpreter under test; an extra is asked for by name."""
        house.add("one", "old; python_version < '3.12'", "new; python_version >= '3.12'",
                  "bright; extra == 'lamp'", "windows; sys_platform == 'win32'")  # fmt: skip
        house.add("old")
        house.add("new")
        house.add("bright")
        assert house.names("one") == ["new", "one"]
        assert house.names("one[lamp]") == ["bright", "new", "one"]
        older = house.index.wheels(["one"], house.lock(), make_interpreter("3.11.2"))
        assert [wheel.name for wheel in older] == ["old", "one"]

    def test_once(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was downloaded is in the cache, whole, and pip is not asked again."""
        house.add("one", "two")
        house.add("two")
        first = house.index.wheels(["one"], house.lock(), BASE)
        assert [wheel.path.name for wheel in first] == [
            "one-1.0-py2.py3-none-any.whl", "two-1.0-py2.py3-none-any.whl",
        ]  # fmt: skip
        assert first[0].requires == ("two",)
        assert first[0].digest == hashlib.sha256(first[0].path.read_bytes()).hexdigest()
        monkeypatch.setattr(index_module, "pip_download", lambda _: ["false"])
        assert Index(house.index.cache).wheels(["one"], house.lock(), BASE) == first

    def test_not_there(self, house: House) -> None:
        """What no index has cannot be had, in pip's own words, and nothing stays of the attempt."""
        house.lines.append(f"one==1.0 {HASH}")
        with pytest.raises(PackageUnavailable, match=r"no package index at hand has one==1.0 .pip"):
            house.names("one")
        assert not [path for path in house.index.cache.folder.glob("*") if "draft" in path.name]

    def test_another_file(self, house: House) -> None:
        """A file that is not the one that was locked is an error, and never installed."""
        house.add("one")
        house.lines = [f"one==1.0 {HASH}"]
        with pytest.raises(CorpusError, match=r"the index has another file of one==1.0") as caught:
            house.names("one")
        assert caught.value.path == house.folder / "lock.txt"
        assert not list((house.index.cache.folder).glob("wheels/*"))

    def test_no_network(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        """An index that is out of reach is asked once, and not for every cell."""
        said = "echo WARNING: Retrying after connection broken by NewConnectionError; exit 1"
        monkeypatch.setattr(index_module, "pip_download", lambda _: ["sh", "-c", said])
        house.lines.append(f"one==1.0 {HASH}")
        house.lines.append(f"two==1.0 {HASH}")
        with pytest.raises(PackageUnavailable, match="no package index can be reached"):
            house.names("one")
        monkeypatch.setattr(index_module, "pip_download", lambda _: ["no-such-program"])
        with pytest.raises(PackageUnavailable, match="no package index can be reached"):
            house.names("two")

    def test_not_locked(self, house: House) -> None:
        """What the lock lacks is an error of the lock."""
        house.add("one", "two")
        with pytest.raises(CorpusError, match=r"lock.txt: nothing pins two for Python 3.12.1"):
            house.names("one")


class TestLock:
    """A lock is a requirements file in which every line is a version with hashes."""

    def test_pins(self, tmp_path: Path) -> None:
        """Of several pins the one whose marker holds applies; comments and blanks are nothing."""
        path = tmp_path / "lock.txt"
        path.write_text(
            f"# made by hand\n\nOne==1.0 ; python_version < '3.12' \\\n  {HASH}\n"
            f"one==2.0 ; python_version >= '3.12' \\\n  {HASH} \\\n  {HASH} # twice\n"
        )
        lock = Lock.read(path)
        assert [pin.line for pin in lock.pins["one"]] == [3, 5]
        environment = marker_environment(BASE)
        assert lock.pin("ONE", environment).spelled() == f"one==2.0 {HASH} {HASH}"
        older = marker_environment(make_interpreter("3.9.1"))
        assert lock.pin("one", older).spelled() == f"one==1.0 {HASH}"

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("one", "`one` is not pinned"),
            (f"one>=1.0 {HASH}", "`one` is not pinned"),
            (f"one==1.* {HASH}", "`one` is not pinned"),
            (f"one @ https://example.invalid/one.whl {HASH}", "`one` is not pinned"),
            ("one==1.0", "`one` without the hashes of its files"),
            ("one==1.0 --hash=sha256:abc", "`one` without the hashes of its files"),
            (f"one==1.0 {HASH} --hash=md5:abc", "`one` without the hashes of its files"),
            (f"-r other.txt {HASH}", "no requirement: `-r other.txt`"),
        ],
    )
    def test_complaints(self, tmp_path: Path, line: str, complaint: str) -> None:
        """Whatever else a requirements file may hold is an error with its line."""
        path = tmp_path / "lock.txt"
        path.write_text(f"# head\n{line}\n")
        _, (error,) = read_lock(path)
        assert str(error).startswith(f"{path}:2: {complaint}")
        with pytest.raises(CorpusError):
            Lock.read(path)

    def test_missing(self, tmp_path: Path) -> None:
        """A lock that is not there is one error."""
        with pytest.raises(CorpusError, match=r"lock.txt: cannot be read"):
            Lock.read(tmp_path / "lock.txt")


def test_what_pip_is_told() -> None:
    """Wheels alone are taken, with their hashes, of the interpreter's version, ABI and no other."""
    told = pip_download(BASE)
    assert {"--only-binary=:all:", "--require-hashes", "--no-deps"} <= set(told)
    assert {"--python-version=3.12.1", "--abi=cp312", "--abi=abi3", "--abi=none"} <= set(told)
    threaded = pip_download(make_interpreter("3.13.0", abiflags="t", free_threaded=True))
    assert "--abi=cp313t" in threaded
    assert "--abi=abi3" not in threaded
