"""What a user requires, resolved by the real pip from a folder of wheels."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.errors import PackageUnavailable, UsageError
from envparity.index import Lock
from envparity.interpreter import Interpreter
from envparity.trying import resolution
from envparity.trying.resolution import parse, resolve
from tests.trying.conftest import House

MODULE = {"lib/one.py": ""}


def resolved(house: House, *texts: str) -> Lock:
    """The lock of what *texts* require."""
    path = house.folder / "lock.txt"
    path.write_text("".join(resolve(parse(texts), house.interpreter, house.index)))
    return Lock.read(path)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["black=>2"], "no requirement: 'black=>2': "),
        (["./one-1.0.whl"], "no requirement: './one-1.0.whl': "),
        (["one @ https://example.org/one.whl"], "names more than a distribution of an index"),
        (["one; python_version > '3'"], "names more than a distribution of an index"),
        (["one", "One>2"], "One is required twice"),
    ],
)
def test_no_requirements(texts: list[str], words: str) -> None:
    """What is no requirement by name is one line that says so."""
    with pytest.raises(UsageError) as caught:
        parse(texts)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_closure(house: House) -> None:
    """What is required comes with all that it requires, pinned with its hash for this Python."""
    minor = house.interpreter.minor
    marker = f"new; python_version >= '{minor}'"
    house.add("one", {**MODULE, "package.toml": f'requires = ["two>1", "{marker}"]\n'})
    house.add("two", {"lib/two.py": ""}, "1.0")
    house.add("two", {"lib/two.py": ""}, "1.5")
    house.add("new", {"lib/new.py": ""})
    house.add("other", {"lib/other.py": ""})
    lock = resolved(house, "One")
    assert {"one", "two", "new"} == set(lock.pins)
    (pin,) = lock.pins["two"]
    assert "==1.5" == str(pin.requirement.specifier)
    assert f'python_full_version == "{house.interpreter.version}"' == str(pin.requirement.marker)
    wheels = house.index.wheels(["one"], lock, house.interpreter)
    assert ["new", "one", "two"] == [wheel.name for wheel in wheels]


def test_nothing_is_downloaded_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The wheels that pip downloaded are in the index's cache, where a run finds them."""
    house.add("one", MODULE)
    lock = resolved(house, "one")
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    (wheel,) = house.index.wheels(["one"], lock, house.interpreter)
    assert wheel.path.is_relative_to(house.index.cache.folder)


def said(house: House, *texts: str) -> str:
    """Why *texts* cannot be had."""
    with pytest.raises(PackageUnavailable) as caught:
        resolved(house, *texts)
    return str(caught.value)


def test_unknown(house: House) -> None:
    """What no index has is named."""
    house.add("one", MODULE)
    assert "no package index at hand has nothing-of-it (pip says so)" == said(
        house, "nothing-of-it"
    )


def test_no_such_version(house: House) -> None:
    """A version that there is not is told with the last one."""
    house.add("one", MODULE)
    house.add("one", MODULE, "2.0")
    assert "no version of one is >3 (the last is 2.0)" == said(house, "one>3")


def test_no_wheel(house: House) -> None:
    """Of a distribution that has no wheel for this Python it is said so, and nothing is built."""
    house.add_source("sourceful")
    version = house.interpreter.version
    words = said(house, "sourceful")
    assert words.startswith(f"sourceful has no wheel for Python {version} (source distributions ")


def test_no_network(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index out of reach is one line."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    assert "no package index can be reached (pip says so)" == said(house, "one")


def test_a_python_that_pip_does_not_serve(house: House, found: list[Interpreter]) -> None:
    """A Python that is too old for this pip is told apart from a package that is not there."""
    old = found[0]
    if old.minor != "2.7":
        pytest.skip("no Python here that is too old")
    with pytest.raises(PackageUnavailable, match=r"this pip does not serve Python 2\.7\."):
        resolve(parse(["one"]), old, house.index)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("/usr/bin/python3: No module named pip", "envparity's own Python has no pip"),
        ("ERROR: ResolutionImpossible: one and two", "ResolutionImpossible: one and two (pip says"),
        ("something\nelse", "else (pip says so)"),
    ],
)
def test_other_words(
    house: House, monkeypatch: pytest.MonkeyPatch, words: str, message: str
) -> None:
    """Whatever else pip says comes down to one line."""
    monkeypatch.setattr(resolution, "_pip", lambda *_: words)
    assert message in said(house, "one")
    assert "\n" not in said(house, "one")


def test_patience(house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A pip that does not end is stopped."""
    monkeypatch.setattr(resolution, "PATIENCE", 0.01)
    assert "pip has not done in 0.01 s" in said(house, "one")
