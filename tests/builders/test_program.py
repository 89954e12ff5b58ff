"""What the harness does so that builders start quickly, and what it checks."""

from __future__ import annotations

import py_compile
from pathlib import Path

import pytest

from envparity.builders import bench, program
from envparity.cache import Cache
from envparity.errors import CacheError
from envparity.plan import data_folder
from envparity.scenario import PREFIX_SHAPES


def test_half_a_bytecode_file(tmp_path: Path) -> None:
    """A .pyc file that a full disk cut off anywhere is not taken for a whole one."""
    (tmp_path / "x.py").write_text("def f():\n    return [1, 'two', 3.0]\n")
    compiled = Path(py_compile.compile(str(tmp_path / "x.py"), doraise=True) or "")
    content = compiled.read_bytes()
    assert program._is_whole(compiled)
    for length in range(len(content) - 1):
        compiled.write_bytes(content[:length])
        assert not program._is_whole(compiled), length


def test_a_cache_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bytecode comes out broken the error names the cache, and nothing is kept there."""
    monkeypatch.setattr(program, "_is_whole", lambda _: False)
    cache = Cache.at(tmp_path / "cache")
    with pytest.raises(CacheError, match=r"cache: the cache cannot be written \(disk full\?\)"):
        program.compiled(data_folder(), cache)
    assert not list((cache.folder / "builders").iterdir())


def test_shapes() -> None:
    """Every shape a scenario may ask for has a path, and too-long is too long for a shebang."""
    assert set(bench.SHAPES) == set(PREFIX_SHAPES)
    sizes = {shape: len(f"/cell/{path}/env") for shape, path in bench.SHAPES.items()}
    assert 127 < sizes["long"] < 255 - len("#!/bin/python3.12")
    assert sizes["too-long"] > 255
