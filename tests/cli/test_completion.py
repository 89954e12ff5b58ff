"""Tests of what a shell completes."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete, get_completion_class

from envparity.cli import completion, main
from envparity.errors import CacheError
from tests.doubles import make_debian, make_interpreter


def completed(*words: str) -> list[str]:
    """What may stand for the last of *words*."""
    shell = ShellComplete(main, {}, "envparity", "_ENVPARITY_COMPLETE")
    return [one.value for one in shell.get_completions(list(words[:-1]), words[-1])]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells(shell: str) -> None:
    """Each shell has a script that calls the program back."""
    found = get_completion_class(shell)
    assert found is not None
    assert "_ENVPARITY_COMPLETE" in found(main, {}, "envparity", "_ENVPARITY_COMPLETE").source()


def test_commands() -> None:
    """Commands and options are completed."""
    assert completed("comp") == ["compare"]
    assert "--markdown" in completed("report", "--m")


@pytest.mark.parametrize(
    "words", [("run",), ("list",), ("show",), ("explain",), ("run", "--require")]
)
def test_scenarios(words: tuple[str, ...]) -> None:
    """Themes are completed first, then their scenarios."""
    assert completed(*words, "wrap") == ["wrappers"]
    found = completed(*words, "wrappers/comp")
    assert found == ["wrappers/compiled-wrapper"]


def test_own_corpus(tmp_path: Path) -> None:
    """With a corpus of one's own its scenarios are completed; without one there are none."""
    folder = tmp_path / "scripts" / "mine"
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(
        'summary = "A script says hello"\norigin = ["PEP 405"]\nsteps = ["hello"]\n'
    )
    assert completed("run", "--corpus", str(tmp_path), "") == ["scripts"]
    assert completed("run", "--corpus", str(tmp_path / "none"), "") == []


def test_builders() -> None:
    """Kinds are completed, and bugs by their names."""
    assert completed("run", "--builder", "pi") == ["pip-prefix"]
    assert "exec:" in completed("run", "-b", "")
    assert completed("shrink", "-b", "bug:argv0-f") == ["bug:argv0-forced"]


def test_interpreters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Versions and labels are completed, the last of a list as well."""
    found = [make_interpreter("3.12.1"), make_debian()]
    monkeypatch.setenv("ENVPARITY_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(completion, "discover", lambda *, cache_dir: (found, []))
    assert completed("run", "-p", "3.1") == ["3.12", "3.12.1", "3.11", "3.11.2-debian"]
    assert completed("run", "-p", "3.12,a") == ["3.12,all"]
    monkeypatch.setattr(completion, "discover", _broken)
    assert completed("run", "-p", "3") == []


def _broken(*, cache_dir: Path) -> None:
    raise CacheError("no room", path=cache_dir)
