"""Wheels that cannot be installed are refused, or broken, in one clear line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from reference import packages
from reference.errors import BuildError, Refused
from reference.interpreter import Interpreter
from reference.store import Store

from .conftest import WheelMaker


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a/../../x", "p-1.0.data/data/../../../x", "p-1.0.data/scripts/../x"]
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
