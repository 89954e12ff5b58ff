"""The store: where it is, what is whole, and what a killed maker leaves."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from reference.errors import BuildError
from reference.store import Store, draft


@pytest.mark.parametrize("told", [None, "", "relative"])
def test_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str | None) -> None:
    """Without an absolute XDG_CACHE_HOME the store is in ~/.cache, as XDG's specification says."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    if told is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", told)
    assert Store().folder == tmp_path / ".cache/envparity-reference"


def test_named_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absolute XDG_CACHE_HOME is taken, and a folder that is given wins over it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert Store().folder == tmp_path / "cache/envparity-reference"
    assert Store(tmp_path / "own").folder == tmp_path / "own"


def test_made_once(tmp_path: Path) -> None:
    """What is there is not made again."""
    store = Store(tmp_path / "store")
    first, again = (store.obtain("kind/key", Path.mkdir) for _ in range(2))
    assert first == again == tmp_path / "store/kind/key"


@pytest.mark.parametrize(
    ("error", "place"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/cut/off"), "/cut/off"),
        (OSError(errno.ENOSPC, "No space left on device"), "{folder}/kind"),
    ],
)
def test_unusable(tmp_path: Path, error: OSError, place: str) -> None:
    """A store that cannot be written to is one line, which names the file where one is known."""

    def make(at: Path) -> None:
        raise error

    with pytest.raises(BuildError) as caught:
        Store(tmp_path).obtain("kind/key", make)
    where = place.format(folder=tmp_path)
    assert str(caught.value) == f"the store cannot be used: {where}: {error.strerror}"
    assert sorted(path.name for path in tmp_path.rglob("key*") if path.suffix != ".lock") == []


class TestDraft:
    """A place beside the real one, and only for as long as it is needed."""

    def test_beside_its_place(self, tmp_path: Path) -> None:
        """A draft is hidden in the folder of its place, and gone in the end."""
        place = tmp_path / "thing"
        with draft(place) as new:
            assert new.parent.parent == tmp_path
            assert new.parent.name.startswith(".")
            assert not new.exists()
            new.write_text("made")
        assert list(tmp_path.iterdir()) == []

    def test_of_the_dead(self, tmp_path: Path) -> None:
        """What a killed maker left goes when its place is made next; another place's stays."""
        place, other = tmp_path / "thing", tmp_path / "other"
        left = []
        for one in (place, other):
            with draft(one) as new:
                left.append(new.parent)
        for folder in left:
            folder.mkdir()
            (folder / "new").write_text("half")
        with draft(place):
            assert not left[0].exists()
            assert left[1].exists()

    def test_of_the_living(self, tmp_path: Path) -> None:
        """The draft of a maker who is at work is left alone."""
        with draft(tmp_path / "thing") as first:
            first.write_text("half")
            with draft(tmp_path / "thing") as second:
                assert first.read_text() == "half"
                assert second.parent != first.parent

    def test_swept_by_somebody(self, tmp_path: Path) -> None:
        """A draft that is gone when it is to be removed is no error."""
        with draft(tmp_path / "thing") as new:
            new.parent.rmdir()
        assert list(tmp_path.iterdir()) == []
