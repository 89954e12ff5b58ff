"""Tests of what makes an interpreter less than vanilla."""

from __future__ import annotations

from pathlib import Path

import pytest

from envparity.blemish import Blemish, Treatment, against_digests, listed, told, visible
from envparity.interpreter import Interpreter
from tests.doubles import make_debian, make_interpreter
from tests.test_digests import keep_in_dpkg


@pytest.fixture(name="bare")
def _bare(tmp_path: Path) -> Interpreter:
    """An interpreter whose folders are there, and empty."""
    for folder in ("bin", "lib/python3.12/site-packages"):
        (tmp_path / folder).mkdir(parents=True)
    return make_interpreter(prefix=tmp_path)


def test_nothing_to_name(bare: Interpreter) -> None:
    """An ordinary installation has no blemish."""
    assert [] == [*visible(bare), *against_digests(bare, root=bare.prefix)]


@pytest.mark.parametrize(
    ("name", "kind", "words", "treatment"),
    [
        ("site-packages/a.pth", "pth", "a.pth in site-packages", "hidden"),
        ("site-packages/sitecustomize.py", "customize", "sitecustomize.py in", "hidden"),
        ("site-packages/usercustomize/x", "customize", "usercustomize in", "hidden"),
        ("sitecustomize.py", "customize", "sitecustomize.py at every start", "named"),
        ("EXTERNALLY-MANAGED", "externally-managed", "(PEP 668)", "known"),
        ("../../pyvenv.cfg", "pyvenv.cfg", "as in a virtual environment", "named"),
        ("../../bin/pyvenv.cfg", "pyvenv.cfg", "as in a virtual environment", "named"),
        ("../python312.zip", "archive", "comes before the standard library", "named"),
    ],
)
def test_visible(bare: Interpreter, name: str, kind: str, words: str, treatment: str) -> None:
    """What lies in the interpreter's folders is found, and what becomes of it is said."""
    path = Path(bare.paths["stdlib"], name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    (found,) = visible(bare)
    assert (kind, treatment) == (found.kind, found.treatment)
    assert words in found.detail


def test_no_ensurepip(bare: Interpreter) -> None:
    """A missing ensurepip is named, and on Debian where it is to be had."""
    (found,) = visible(make_interpreter(prefix=bare.prefix, has_ensurepip=False))
    assert ("no ensurepip", Treatment.NAMED) == (found.detail, found.treatment)
    layout, lacking = visible(make_debian(paths=bare.paths, site_packages=(), has_ensurepip=False))
    assert ["layout", "ensurepip"] == [layout.kind, lacking.kind]
    assert "no ensurepip, which Debian has in python3.11-venv" == lacking.detail
    assert {Treatment.KNOWN} == {layout.treatment, lacking.treatment}


def test_modified(bare: Interpreter, tmp_path: Path) -> None:
    """What is not as the package manager installed it is named, and so is what it never did."""
    stdlib = Path(bare.paths["stdlib"])
    keep_in_dpkg(tmp_path, {stdlib / "os.py": "original", stdlib / "gone.py": "was here"})
    (stdlib / "os.py").write_text("patched")
    (stdlib / "backport.py").write_text("")
    (stdlib / "README").write_text("harmless")
    changed, strange = against_digests(bare, root=tmp_path)
    wanted = "not as dpkg installed it: gone.py (no such file or directory), os.py (modified)"
    assert wanted == changed.detail
    assert "in its standard library and not from dpkg: backport.py" == strange.detail
    assert {Treatment.NAMED} == {changed.treatment, strange.treatment}


def test_told() -> None:
    """The line for a person leaves out what is hidden, and names known changes last."""
    hidden = Blemish("pth", "a.pth", Treatment.HIDDEN)
    known = Blemish("layout", "Debian's", Treatment.KNOWN)
    named = Blemish("digest", "os.py", Treatment.NAMED)
    assert "" == told({"3.12.1": [hidden]})
    assert "3.11.2 (os.py; Debian's), 3.12.1 (os.py)" == told(
        {"3.11.2": [known, hidden, named], "3.12.1": [named]}
    )
    assert Blemish.from_json(known.to_json()) == known
    assert "a, b, c, 2 more" == listed(list("abcde"))
