"""Tests of what a run will judge."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.plan import Corpus

HEAD = 'summary = "A script says hello"\norigin = ["PEP 405"]\nsteps = ["hello"]\n'


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    """A corpus with a plain scenario and one that needs a package index."""
    for name, text in (("scripts/hello", ""), ("wild/black", 'requirements = ["black"]')):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "scenario.toml").write_text(HEAD + text)
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        ((), ["scripts/hello"]),
        (("*",), ["scripts/hello"]),
        (("scripts",), ["scripts/hello"]),
        (("wild",), ["wild/black"]),
        (("wild/bl*",), ["wild/black"]),
        (("scripts", "wild/black"), ["scripts/hello", "wild/black"]),
    ],
)
def test_opt_in(root: Path, patterns: tuple[str, ...], names: list[str]) -> None:
    """A run leaves the theme `wild` out unless it is named."""
    corpus = Corpus.read(root, patterns, opt_in=False)
    assert [one.id for one in corpus.scenarios] == names


def test_everything(root: Path) -> None:
    """What only reads the corpus sees all of it."""
    assert [one.id for one in Corpus.read(root, ()).scenarios] == ["scripts/hello", "wild/black"]
