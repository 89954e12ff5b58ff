"""Tests of what is kept, and of what may go."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from envparity.cache import Cache, Workspace
from envparity.cli import main
from envparity.errors import CacheError
from envparity.inventory import DAY, OTHER, Inventory, prune


@pytest.fixture(name="cache")
def _cache(tmp_path: Path) -> Cache:
    """A cache with a verdict of today, one of 10 days ago, and a layer of 40 days ago."""
    cache = Cache.at(tmp_path / "cache")
    cache.write("verdicts", "new", {"outcome": "parity"})
    cache.write("verdicts", "old", {"outcome": "parity"})
    layer = cache.tree("layers", "one", lambda folder: write(folder / "a/module.py", 10_000))
    for path, days in ((cache.folder / "verdicts/old.json", 10), (layer, 40)):
        then = time.time() - days * DAY
        os.utime(path, (then, then))
    return cache


def write(path: Path, size: int) -> None:
    """Make a file of *size* bytes."""
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x" * size)


def names(cache: Cache) -> list[str]:
    """What is kept, but for locks."""
    entries = [one for one in Inventory.take(cache).entries if one.kind != OTHER]
    return sorted(f"{one.kind}/{one.path.name}" for one in entries)


class TestOutdated:
    """What may go."""

    def test_unused(self, cache: Cache) -> None:
        """What was not used for so many days goes, and nothing else."""
        inventory = Inventory.take(cache)
        for days, expected in ((60, []), (30, ["one"]), (5, ["one", "old.json"])):
            outdated = inventory.outdated(days=days, size=None)
            assert expected == [one.path.name for one in outdated]

    def test_size(self, cache: Cache) -> None:
        """The longest unused goes first, until no more than the size is left."""
        inventory = Inventory.take(cache)
        sizes = {one.path.name: one.size for one in inventory.entries}
        assert sizes["one"] >= 10_000
        assert [] == inventory.outdated(days=None, size=inventory.size)
        limit = inventory.size - 1
        assert ["one"] == [one.path.name for one in inventory.outdated(days=None, size=limit)]
        everything = inventory.outdated(days=None, size=0)
        assert ["one", "old.json", "new.json"] == [one.path.name for one in everything]

    def test_both(self, cache: Cache) -> None:
        """With both, what is too old goes in any case, and more if it is still too much."""
        outdated = Inventory.take(cache).outdated(days=5, size=10**9)
        assert ["one", "old.json"] == [one.path.name for one in outdated]

    def test_what_is_used_is_new(self, cache: Cache) -> None:
        """To read an entry is to use it."""
        cache.read("verdicts", "old")
        cache.tree("layers", "one", lambda _: pytest.fail("it is there"))
        assert [] == Inventory.take(cache).outdated(days=5, size=None)


class TestPrune:
    """How it goes."""

    def test_it_is_gone(self, cache: Cache) -> None:
        """Entries disappear whole, with what is below them, and the freed bytes are counted."""
        inventory = Inventory.take(cache)
        layer = next(one for one in inventory.entries if one.kind == "layers")
        assert layer.size == prune(cache, [layer])
        assert ["verdicts/new.json", "verdicts/old.json"] == names(cache)
        assert [] == list((cache.folder / "layers").iterdir())
        assert [] == list((cache.folder / "seals").iterdir())

    def test_not_under_a_run(self, cache: Cache) -> None:
        """While a run uses the cache nothing is removed; when it has ended, it is."""
        entries = Inventory.take(cache).outdated(days=5, size=None)
        workspace = Workspace.create(cache)
        with pytest.raises(CacheError, match="a run is using the cache"):
            prune(cache, entries)
        assert 3 == len(names(cache))
        workspace.close()
        prune(cache, entries)
        assert ["verdicts/new.json"] == names(cache)

    def test_no_run_begins_meanwhile(self, cache: Cache) -> None:
        """Who has the cache alone is told so, and nobody else has it alone at the same time."""
        with cache.alone() as first, cache.alone() as second:
            assert (True, False) == (first, second)

    def test_what_is_gone_already(self, cache: Cache) -> None:
        """An entry that somebody else has removed is no error."""
        entries = Inventory.take(cache).outdated(days=5, size=None)
        (cache.folder / "verdicts/old.json").unlink()
        prune(cache, entries)
        assert ["verdicts/new.json"] == names(cache)


class TestCommand:
    """`envparity cache`."""

    @staticmethod
    def run(cache: Cache, *arguments: str) -> tuple[int, str]:
        """The exit status and the output."""
        ended = CliRunner().invoke(main, ["cache", "--cache", str(cache.folder), *arguments])
        return ended.exit_code, ended.output

    def test_table(self, cache: Cache) -> None:
        """Each kind with its number of entries and how long they were not used."""
        status, output = self.run(cache)
        assert 0 == status
        rows = [line.split() for line in output.splitlines()]
        assert ["verdicts", "2"] == next(row[:2] for row in rows if row[:1] == ["verdicts"])
        layers = next(row for row in rows if row[:1] == ["layers"])
        assert ["40", "days", "40", "days"] == layers[4:8]
        assert str(cache.folder) in output.replace("\n", "")

    def test_dry_run(self, cache: Cache) -> None:
        """--dry-run says what would go and leaves it."""
        status, output = self.run(cache, "--older-than", "5", "--dry-run")
        assert 0 == status
        assert output.startswith("2 entries would be removed, ")
        assert 3 == len(names(cache))

    def test_prune(self, cache: Cache) -> None:
        """Without it they go."""
        status, output = self.run(cache, "--older-than", "30")
        assert 0 == status
        assert output.startswith("1 entry removed, ")
        assert ["verdicts/new.json", "verdicts/old.json"] == names(cache)

    @pytest.mark.parametrize(("size", "left"), [("1T", 3), ("0.1k", 0), ("0", 0)])
    def test_sizes(self, cache: Cache, size: str, left: int) -> None:
        """Sizes have decimal units, and fractions."""
        assert 0 == self.run(cache, "--larger-than", size)[0]
        assert left == len(names(cache))

    def test_no_size(self, cache: Cache) -> None:
        """Anything else is told in one line, with what would be right."""
        status, output = self.run(cache, "--larger-than", "1X")
        assert 4 == status
        assert "'1X' is not a size such as 500M or 2G" in output

    def test_a_run_is_going_on(self, cache: Cache) -> None:
        """A cache in use is not pruned: one line, and exit status 4."""
        workspace = Workspace.create(cache)
        status, output = self.run(cache, "--older-than", "5")
        workspace.close()
        assert 4 == status
        assert "a run is using the cache" in output
