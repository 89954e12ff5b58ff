"""Tests of the probe that looks at a bare oracle."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import CodeType
from typing import Any

import pytest

import envparity
from envparity.cache import default_folder
from envparity.interpreter import discover, select

PROBE = Path(envparity.__file__).with_name("_oracle_probe.py")


@pytest.fixture(name="probe")
def _probe() -> dict[str, Any]:
    """The probe's names, in this process."""
    return runpy.run_path(str(PROBE))


def test_every_interpreter_tells_its_facts(tmp_path: Path) -> None:
    """2.7 and the newest alike; the library of none differs from what is frozen into it."""
    for one in select("all", discover(cache_dir=default_folder())[0]):
        command = [one.executable, "-E", "-s", "-B", "-c", PROBE.read_text()]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        facts = json.loads(ended.stdout)
        assert str(one.prefix) == facts["prefix"] == facts["base"], one.label
        assert one.paths["stdlib"] in facts["path"]
        assert any("/site.py" in path for path in facts["modules"])
        assert [] == facts["frozen"], one.label


def test_facts(capsys: pytest.CaptureFixture[str]) -> None:
    """It prints one object with what its docstring promises."""
    runpy.run_path(str(PROBE), run_name="__main__")
    facts = json.loads(capsys.readouterr().out)
    assert {"prefix", "base", "path", "found", "custom", "modules", "frozen"} == set(facts)
    assert sys.path[1:] == facts["path"]
    assert str(PROBE) not in facts["modules"]


def test_sources(probe: dict[str, Any]) -> None:
    """A module's source is found, a package's as well, and that of a built-in one is nowhere."""
    stdlib = sysconfig.get_path("stdlib")
    source_of = probe["source_of"]
    assert f"{stdlib}/site.py" == source_of("site")
    assert f"{stdlib}/json/__init__.py" == source_of("json")
    assert source_of("sys") is None


def test_a_changed_library(
    probe: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that was changed, or no longer compiles, is named; one that is gone is not."""
    original = Path(probe["source_of"]("zipimport")).read_text()
    path = tmp_path / "zipimport.py"
    names = {"zipimport": str(path)}
    monkeypatch.setitem(probe["differing"].__globals__, "source_of", names.get)
    path.write_text(original)
    assert [] == probe["differing"]()
    for text in (original + "\nVANDAL = 1\n", "def"):
        path.write_text(text)
        assert ["zipimport"] == probe["differing"]()


def test_python_2(probe: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing is frozen, nothing differs."""
    monkeypatch.setitem(sys.modules, "_imp", None)
    assert [] == probe["differing"]()


def test_shapes(probe: dict[str, Any]) -> None:
    """A deep-frozen module's tuple is the compiler's set; True is not 1."""
    shape = probe["shape"]

    def code(source: str) -> CodeType:
        return compile(source, "x", "exec", dont_inherit=True)

    assert shape(frozenset({"b", "a"})) == shape(("a", "b"))
    assert shape(1) != shape(True)
    assert shape(code("x in {1, 2}")) == shape(code("x in {2, 1}"))
    assert shape(code("x = 1")) != shape(code("x = 2"))
