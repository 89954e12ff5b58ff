"""Tests of the probe that runs on the interpreter under test."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import envparity
from envparity.cache import default_folder
from envparity.interpreter import discover, select

PROBE = Path(envparity.__file__).with_name("_start_probe.py")


def facts(output: str) -> dict[str, str]:
    """What the probe has printed."""
    pairs = (line.partition("=") for line in output.splitlines())
    return {key: value for key, _, value in pairs}


def test_every_interpreter_tells_its_facts(tmp_path: Path) -> None:
    """2.7 and the newest alike, with site and without."""
    found = select("all", discover(cache_dir=default_folder())[0])
    assert found
    for one in found:
        bare, full = (
            facts(
                subprocess.run(
                    [one.executable, "-E", *options, "-c", PROBE.read_text()],
                    cwd=tmp_path, capture_output=True, text=True, check=True,
                ).stdout
            )
            for options in (["-S"], [])
        )  # fmt: skip
        assert str(one.prefix) == bare["sys.prefix"] == full["sys.prefix"], one.label
        assert str(one.executable) == bare["argv[0]"]
        assert "module site" not in bare
        assert full["module site"].endswith("/site.py"), one.label
        assert one.site_packages[0] in full.values()
        assert any(key.startswith("sysconfig ") for key in full)
        assert "sys.path[00]" in bare


def test_values_are_one_line_each_and_need_no_encoding(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Line ends are shown, and None is nothing."""
    monkeypatch.setenv("ODD", "two\nlines é")
    monkeypatch.setattr(sys, "_base_executable", None, raising=False)
    runpy.run_path(str(PROBE))
    found = facts(capfd.readouterr().out)
    assert "two\\nlines é" == found["environ ODD"]
    assert "" == found["sys._base_executable"]
    monkeypatch.delitem(sys.modules, "site")
    runpy.run_path(str(PROBE))
    assert "ENABLE_USER_SITE" not in facts(capfd.readouterr().out)
