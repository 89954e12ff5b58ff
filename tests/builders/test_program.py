"""What the harness does so that builders start quickly, and what it checks."""

from __future__ import annotations

import py_compile
import sys
from pathlib import Path

import pytest

from envparity.builders import Request, program
from envparity.builders.bench import SHAPES
from envparity.builders.program import ProgramBuilder
from envparity.cache import Cache
from envparity.corpus import data_folder
from envparity.errors import BuilderError, CacheError
from envparity.scenario import PREFIX_SHAPES
from tests.builders.conftest import Bench


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
    assert set(SHAPES) == set(PREFIX_SHAPES)
    sizes = {shape: len(f"/cell/{path}/env") for shape, path in SHAPES.items()}
    assert 127 < sizes["long"] < 255 - len("#!/bin/python3.12")
    assert sizes["too-long"] > 255


ANYWHERE = """\
import json, sys
from pathlib import Path
if sys.argv[1] == "describe":
    print(json.dumps({"protocol": 1, "name": "anywhere"}))
else:
    print(json.dumps({"prefix": PREFIX}))
"""


def test_a_store_of_somebody_else(bench: Bench) -> None:
    """An environment may lie in a store of the machine only if the builder is known to use it."""
    store = bench.workshop.cache.folder / "somebody"
    python = store / "env" / "bin" / bench.newest.executable.name
    python.parent.mkdir(parents=True)
    python.symlink_to(bench.newest.executable)
    argv = (sys.executable, "-c", ANYWHERE.replace("PREFIX", repr(str(store / "env"))))
    request = Request(bench.newest, ())
    refused = ProgramBuilder("one", argv)
    with pytest.raises(BuilderError, match="it names a prefix that it cannot own"):
        refused.build(request, bench.workshop)
    accepted = ProgramBuilder("two", argv, store=store)
    assert accepted.build(request, bench.workshop).prefix == store / "env"


def test_a_home_that_is_kept(bench: Bench) -> None:
    """A builder with a store worth keeping has its HOME in the cache, where it shares it."""
    keeps = "import json, pathlib; (pathlib.Path.home() / 'kept').touch(); "
    argv = (sys.executable, "-c", keeps + 'print(json.dumps({"protocol": 1, "name": "x"}))')
    ProgramBuilder("x", argv, keep="tests").describe(bench.workshop)
    assert (bench.workshop.cache.folder / "homes" / "tests-contained" / "kept").is_file()
    ProgramBuilder("x", argv).describe(bench.workshop)
    homes = bench.workshop.folder / "builders"
    assert [path.name for path in homes.glob("*/kept")] == ["kept"]
