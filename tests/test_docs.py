"""What the documents name is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from envparity.corpus import Corpus, data_folder
from envparity.scenario import THEMES
from tests.commands import parse

ROOT = data_folder()
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture(scope="module", name="scenarios")
def _scenarios() -> set[str]:
    """The names of all scenarios, without their cases."""
    return {one.id.partition("[")[0] for one in Corpus.read(ROOT / "scenarios", ()).scenarios}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_scenarios(document: Path, scenarios: set[str]) -> None:
    """A scenario that a document names exists."""
    named = re.findall(rf"`((?:{'|'.join(THEMES)})/[\w-]+)`", document.read_text("utf-8"))
    assert not set(named) - scenarios - {"scripts/heads"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files(document: Path) -> None:
    """A file of the repository that a document names or links to exists."""
    text = document.read_text("utf-8")
    named = re.findall(r"`((?:envparity|reference|bugs|docs|expectations)/[a-z_./]+\.\w+)`", text)
    linked = [str(document.parent / link) for link in re.findall(r"\]\(([\w./-]+\.md)\)", text)]
    assert [name for name in [*named, *linked] if not (ROOT / name).exists()] == []


def test_the_argument_is_complete(scenarios: set[str]) -> None:
    """The argument of the reference names every module of it, and dozens of scenarios."""
    text = (ROOT / "docs" / "the-reference.md").read_text("utf-8")
    modules = {path.name for path in (ROOT / "reference").glob("[a-z]*.[pc]*")}
    assert not {name for name in modules - {"errors.py"} if f"`{name}`" not in text}
    assert len({name for name in scenarios if f"`{name}`" in text}) > 50


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands(document: Path) -> None:
    """A command line that a document has to be copied is one that envparity takes."""
    for line in document.read_text("utf-8").replace("\\\n", " ").splitlines():
        found = re.match(r"    (?:git bisect run )?(envparity [a-z][^·…]*)", line)
        if found is not None:
            parse(shlex.split(re.split(" [|>] ", found[1])[0], comments=True))
