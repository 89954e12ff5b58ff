"""Tests of seals; what the cache does with them is in test_cache."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from envparity.seal import is_intact, seal


@pytest.fixture(name="tree")
def _tree(tmp_path: Path) -> Path:
    """A tree with a file, a link and a folder, and its seal beside it."""
    tree = tmp_path / "tree"
    (tree / "folder").mkdir(parents=True)
    (tree / "folder" / "file").write_text("words")
    (tree / "link").symlink_to("folder")
    (tmp_path / "record").write_text(json.dumps(seal(tree)))
    return tree


def test_whole(tree: Path) -> None:
    """A tree that nobody touched is intact, wherever it is moved to."""
    assert is_intact(tree, tree.parent / "record")
    assert is_intact(tree.rename(tree.parent / "moved"), tree.parent / "record")


def test_entries(tree: Path) -> None:
    """Every entry has its mode, a file its size and time, a link its target."""
    found = seal(tree)
    assert {"folder", "folder/file", "link"} == set(found)
    assert [os.lstat(tree / "link").st_mode, "folder"] == found["link"]
    assert 5 == found["folder/file"][1]


@pytest.mark.parametrize("record", ["", "[]", "{", '{"gone": [1]}', "{}"])
def test_another_record(tree: Path, record: str) -> None:
    """A seal that is broken, or another tree's, seals nothing."""
    (tree.parent / "record").write_text(record)
    assert not is_intact(tree, tree.parent / "record")


def test_same_size(tree: Path) -> None:
    """A file with other words of the same length is noticed by its time."""
    path = tree / "folder" / "file"
    path.write_text("other")
    os.utime(path, ns=(1, 1))
    assert not is_intact(tree, tree.parent / "record")
