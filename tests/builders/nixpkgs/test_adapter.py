"""What Nix is told of a request, with a Nix that only pretends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from envparity.builders import Refused, Unsupported
from envparity.builders.adapter import Package, Task
from envparity.builders.nixpkgs import ADAPTER, fingerprint, package_facts, python_facts, tools
from envparity.builders.nixpkgs.checkout import OWN, Checkout
from envparity.errors import BuilderError
from tests.builders.nixpkgs.conftest import MINIATURE, PYTHON, Tree
from tests.builders.test_adapter import script


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The HOME that the harness gives a builder."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A request for an interpreter that is a few files."""
    base = tmp_path / "base"
    for name in ("bin/python3.12", "lib/python3.12/os.py", "lib/libpython3.12.so", "lib/site.py"):
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).touch()
    return Task(
        python=base / "bin" / "python3.12",
        base=base,
        minor="3.12",
        packages=(),
        output=tmp_path / "env",
        scratch=tmp_path,
        version="3.12.1",
    )


def nix(folder: Path, said: str) -> str:
    """A `nix-build` that keeps the request it gets, in *folder*, and then does as is *said*."""
    keep = (
        f'test "$1" = --version && exec echo 2.8.0; cp "$4" {folder}/asked; echo "$1" > {folder}/of'
    )
    return str(script(folder / "nix-build", f"{keep}; mkdir -p h; ln -sf x $7; {said}"))


def asked(folder: Path) -> Mapping[str, Any]:
    """What Nix was asked."""
    facts: Mapping[str, Any] = json.loads((folder / "asked").read_text())
    return facts


def test_a_request(tmp_path: Path, task: Task, home: Path) -> None:
    """Nix gets the checkout's files, the interpreter, the packages and the machine's tools."""
    tool = nix(tmp_path, "echo /s/x-env")
    adapter = ADAPTER(Checkout(MINIATURE).dump(), tool)
    one = evolve(task, packages=(Package("one", "1.0", Path("/w/one-1.0.whl")),))
    assert adapter.build(one) == {"prefix": "/s/x-env", "store": "/s"}
    facts = asked(tmp_path)
    assert facts["files"]["wrapper"] == str(MINIATURE / PYTHON / "wrapper.nix")
    assert facts["python"]["prefix"] == str(task.base)
    assert [package["wheel"] for package in facts["packages"]] == ["/w/one-1.0.whl"]
    assert facts["tools"]["bash"] == "/usr/bin/bash" or Path(facts["tools"]["bash"]).is_file()
    assert facts["path"] == os.environ["PATH"]
    assert (tmp_path / "of").read_text().endswith("/environment.nix\n")
    assert len(list((home / "roots").iterdir())) == 1


def test_a_request_of_the_own_package_set(tmp_path: Path, task: Task) -> None:
    """The checkout's own package set is asked for an interpreter of the same version."""
    checkout = Checkout(MINIATURE, "", OWN)
    adapter = ADAPTER(checkout.dump(), nix(tmp_path, "echo /s/x-env"))
    assert adapter.build(task)["prefix"] == "/s/x-env"
    facts = asked(tmp_path)
    assert facts["files"] == {"nixpkgs": str(MINIATURE / "default.nix")}
    assert facts["python"] == {"attribute": "python312", "version": "3.12.1"}
    assert (tmp_path / "of").read_text().endswith("/own.nix\n")
    assert adapter.describe().fingerprint is None


@pytest.mark.parametrize(
    ("said", "kind", "line"),
    [
        ("undefined variable 'x'\n at {root}/lib/a.nix:1:2:", BuilderError,
         "undefined variable 'x' ({folder}/lib/a.nix:1:2)"),
        ("collision between '{home}/store/0123456789abcdef0123456789abcdef-a/x' and y", Refused,
         "collision between 'a/x' and y"),
        ("b-1.0: a>=2 not satisfied by version 1.0", Refused,
         "b-1.0: a>=2 not satisfied by version 1.0"),
        ("the checkout has Python 3.12.9, not 3.12.1", Unsupported,
         "the checkout has Python 3.12.9, not 3.12.1"),
    ],
)  # fmt: skip
def test_what_fails(
    tmp_path: Path, task: Task, tree: Tree, home: Path, said: str, kind: type[Exception], line: str
) -> None:
    """What Nix says names the user's checkout and no hashes, and is what it is."""
    checkout = Checkout.parse(f"{tree.folder}@HEAD")
    places = {"root": checkout.root(home), "folder": tree.folder, "home": home}
    (tmp_path / "said").write_text(f"error: {said.format(**places)}\n")
    adapter = ADAPTER(checkout.dump(), nix(tmp_path, f"cat {tmp_path}/said >&2; exit 1"))
    with pytest.raises(kind) as caught:
        adapter.build(task)
    assert str(caught.value) == line.format(**places)
    assert type(caught.value) is kind


@pytest.mark.parametrize("name", ["with space", "préfixe", "x" * 200])
def test_a_path_that_no_store_has(tmp_path: Path, task: Task, name: str) -> None:
    """Where the environment is asked for at a path that Nix would not choose, it says so."""
    adapter = ADAPTER(Checkout(MINIATURE).dump(), nix(tmp_path, "exit 1"))
    with pytest.raises(Unsupported, match="Nix chooses an environment's path"):
        adapter.build(evolve(task, output=tmp_path / name / "env"))


def test_descriptions(tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout is described by its version, a revision by its commit; Nix's is told as well."""
    checkout = Checkout.parse(f"{tree.folder}@HEAD")
    told = ADAPTER(checkout.dump(), nix(tmp_path, "")).describe()
    assert told.version == f"{checkout.commit[:12]} (Nix 2.8.0)"
    (tree.folder / "lib" / ".version").unlink()
    assert (
        ADAPTER(Checkout(tree.folder).dump(), nix(tmp_path, "")).describe().version
        == " (Nix 2.8.0)"
    )
    monkeypatch.setattr("envparity.builders.nixpkgs.HERE", tmp_path)
    assert ADAPTER(checkout.dump(), "").describe().version == checkout.commit[:12]
    assert ADAPTER(checkout.dump(), "").describe().fingerprint != told.fingerprint


@pytest.mark.parametrize(
    ("minor", "name", "facts"),
    [
        ("3.12", "python3.12", ("python3-3.12", "3.12", True, False, True)),
        ("3.13", "python3.13t", ("python3-3.13", "3.13", True, False, True)),
        ("3.7", "python3.7", ("python3-3.7", "3.7", True, False, False)),
        ("2.7", "python2.7", ("python-2.7", "2.7", False, True, False)),
    ],
)
def test_interpreters(task: Task, minor: str, name: str, facts: tuple[object, ...]) -> None:
    """What nixpkgs knows of an interpreter is told in its own words."""
    (task.base / "lib" / "python3.12").rename(task.base / "lib" / name)
    one = evolve(task, minor=minor, python=task.base / "bin" / name)
    told = python_facts(one)
    keys = ("name", "pythonVersion", "isPy3k", "isPy2", "checks")
    assert tuple(told[key] for key in keys) == facts
    assert told["sitePackages"] == f"lib/{name}/site-packages"
    with pytest.raises(Unsupported, match="is not the interpreter's own"):
        python_facts(evolve(one, python=task.base / "bin" / "python3"))


def test_what_the_package_of_an_interpreter_rests_on(task: Task) -> None:
    """It changes with the files that are copied, and not with bytecode or packages."""
    first = fingerprint(task)
    for folder in ("__pycache__", "site-packages", "test"):
        (task.base / "lib" / "python3.12" / folder).mkdir()
        (task.base / "lib" / "python3.12" / folder / "x.py").touch()
    assert fingerprint(task) == first
    (task.base / "lib" / "python3.12" / "os.py").write_text("x = 1")
    assert fingerprint(task) != first


def test_packages() -> None:
    """Each package knows which of the others it requires; what is not there is Nix's to miss."""
    wheel = Path("/w/x.whl")
    told = package_facts(
        (
            Package("App", "1!2.0+x", wheel, ("My_Lib>1", "absent", "app[all]", "no requirement!")),
            Package("my.lib", "3", wheel),
        )
    )
    assert [one["requires"] for one in told] == [["1"], []]
    assert [one["label"] for one in told] == ["App-1-2.0+x", "my.lib-3"]
    assert told[0]["demands"] == ["My_Lib>1", "absent", "app[all]", "no requirement!"]


def test_circles() -> None:
    """Of a circle of requirements one is left out, and only that."""
    wheel = Path("/w/x.whl")
    circle = {"a": ("b",), "b": ("c", "d"), "c": ("a", "d"), "d": (), "e": ("a",)}
    told = package_facts(tuple(Package(name, "1", wheel, to) for name, to in circle.items()))
    assert [one["requires"] for one in told] == [["1"], ["2", "3"], ["3"], [], ["0"]]


def test_tools(tmp_path: Path, task: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patchelf is for interpreters with a libpython; everything else is always needed."""
    for name in ("bash", "perl", "cc"):
        script(tmp_path / name, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unsupported, match="patchelf is not installed here: `apt install patchelf`"):
        tools(task)
    (task.base / "lib" / "libpython3.12.so").unlink()
    found = tools(task)
    assert found["python"] == sys.executable
    assert found["compiler"].startswith(f"{(tmp_path / 'cc').resolve()} ")
    (tmp_path / "cc").unlink()
    with pytest.raises(Unsupported, match="cc is not installed here: `apt install gcc`"):
        tools(task)
