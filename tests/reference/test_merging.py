"""Merging does not depend on the order in which packages are given.

20,000 examples instead of 100: HYPOTHESIS_PROFILE=long python -m pytest THIS FILE.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import base, build
from reference.errors import Refused
from reference.interpreter import Interpreter
from reference.packages import Package
from reference.store import Store

#: Few names, so that files and folders meet often.
PATHS = st.lists(st.sampled_from("abA"), min_size=1, max_size=3).map("/".join)
FILES = st.dictionaries(
    PATHS, st.tuples(st.sampled_from(["one", "two"]), st.sampled_from(["", "x"]))
)
PACKAGES = st.lists(st.tuples(FILES, st.integers(0, 1)), min_size=2, max_size=4)

Told = dict[str, tuple[str | None, str | None, bool, int]] | str


def make_package(folder: Path, number: int, files: dict[str, tuple[str, str]]) -> Package | None:
    """A package tree of *files*; None where a file of it is a folder of it."""
    if any(path.startswith(f"{other}/") for path, other in itertools.permutations(files, 2)):
        return None
    for path, (content, _) in files.items():
        place = folder / str(number) / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    kinds = {path: kind for path, (_, kind) in sorted(files.items())}
    at = str(folder / str(number))
    return Package(f"p{number}", "1", f"p{number}", at, kinds, [], "")


def merged(python: Interpreter, packages: Sequence[Package], priorities: Sequence[int]) -> Told:
    """The tree of packages, or what it is refused for."""
    with mock.patch.object(base, "add"), mock.patch.object(base, "reroot"):
        try:
            tree = build.plan(python, packages, Path("/env"), Store(Path("/none")), priorities)
        except Refused as refusal:
            return str(refusal)
    return {
        path: (piece.source, piece.link, piece.executable, piece.priority)
        for path, piece in tree.pieces.items()
    }


@given(PACKAGES)
def test_order(packages: list[tuple[dict[str, tuple[str, str]], int]]) -> None:
    """Every order gives the same tree, link by link, or the same refusal, word for word."""
    from .conftest import EXECUTABLES, ask

    python = ask(EXECUTABLES[0])
    folder = Path(tempfile.mkdtemp())
    try:
        made = [
            (make_package(folder, at, files), rank) for at, (files, rank) in enumerate(packages)
        ]
        given_ = [(package, rank) for package, rank in made if package is not None]
        told = [
            merged(python, [one for one, _ in order], [rank for _, rank in order])
            for order in itertools.permutations(given_)
        ]
        assert all(one == told[0] for one in told)
        if isinstance(told[0], dict):
            assert set(told[0]) == {path for one, _ in given_ for path in one.files}
            check_winners(told[0], given_)
    finally:
        shutil.rmtree(folder)


def check_winners(
    told: dict[str, tuple[str | None, str | None, bool, int]],
    packages: Sequence[tuple[Package, int]],
) -> None:
    """What is at a path is of a package with the lowest priority of those that have it."""
    for path, (source, _, executable, priority) in told.items():
        owners = [(one, rank) for one, rank in packages if path in one.files]
        assert priority == min(rank for _, rank in owners)
        winners = [one for one, rank in owners if rank == priority]
        assert source in {f"{one.folder}/{path}" for one in winners}
        assert {one.read(path) for one in winners} == {Path(os.fspath(source or "")).read_bytes()}
        assert {bool(one.files[path]) for one in winners} == {executable}


def test_a_refusal_names_both(tmp_path: Path, newest: Interpreter) -> None:
    """Of three that differ the two named are the first by name, whatever the order."""
    packages = [make_package(tmp_path, at, {"a": (str(at), "")}) for at in range(3)]
    for order in itertools.permutations(filter(None, packages)):
        with pytest.raises(Refused, match=r"a: p0 1 \(p0\) and p1 1 \(p1\) differ"):
            build.plan(newest, order, Path("/env"), Store(tmp_path), [0, 0, 0])
