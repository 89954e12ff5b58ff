"""Tests of what a worker has at hand."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from envparity import compiler, package
from envparity import workshop as workshop_module
from envparity.cache import digest_of_files, remove_tree
from envparity.errors import CorpusError
from envparity.sandbox import Sandbox
from envparity.scenario import load_scenario
from envparity.workshop import WHEELWRIGHT, Workshop, corpus_digest
from tests.doubles import make_interpreter, make_workshop

if TYPE_CHECKING:
    from envparity.scenario import Scenario

TEXT = 'summary = "A script says hello"\norigin = ["PEP 405"]\nsteps = ["hello"]\n'
BASE = make_interpreter("3.12.1")
OTHER = make_interpreter("3.13.0")


class Corpus:
    """A scenario in the making."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str = "") -> Path:
        """Write one of its files."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def load(self) -> list[Scenario]:
        """Read it as it is now."""
        return load_scenario(self.folder)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Make a scenario with one pure package."""
    made = Corpus(tmp_path / "corpus/scripts/hello")
    made.write("scenario.toml", TEXT)
    made.write("packages/greeter/lib/greeter.py", "one")
    return made


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Open a workshop."""
    return make_workshop(tmp_path)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the packages that are built from now on, by their folders' names."""
    names: list[str] = []

    def build(folder: Path, **options: object) -> package.Wheel:
        names.append(folder.name)
        return package.build_wheel(folder, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(workshop_module, "build_wheel", build)
    return names


class TestWheels:
    """Wheels are built once."""

    def test_wheel(self, corpus: Corpus, workshop: Workshop) -> None:
        """A scenario's packages become wheels that lie among all wheels."""
        corpus.write("packages/other/package.toml", 'requires = ["greeter"]\nversion = "2.0"')
        corpus.write("wheels/late/lib/late.py")
        (scenario,) = corpus.load()
        greeter, other = workshop.wheels(scenario, BASE)
        assert (greeter.name, greeter.version, greeter.requires) == ("greeter", "1.0", ())
        assert (other.name, other.version, other.requires) == ("other", "2.0", ("greeter",))
        for wheel in (greeter, other):
            assert wheel.path.parent.parent == workshop.wheel_folder
            assert zipfile.is_zipfile(wheel.path)

    def test_once(self, corpus: Corpus, workshop: Workshop, built: list[str]) -> None:
        """A wheel that was built is not built again, by this worker or by another."""
        (scenario,) = corpus.load()
        first = workshop.wheels(scenario, BASE)
        assert workshop.wheels(scenario, BASE) == first
        neighbour = Workshop(
            cache=workshop.cache,
            folder=workshop.folder,
            sandbox=workshop.sandbox,
            data=workshop.data,
            tools={},
        )
        assert neighbour.wheels(scenario, BASE) == first
        assert built == ["greeter"]

    def test_shared(self, corpus: Corpus, workshop: Workshop, built: list[str]) -> None:
        """Interpreters share the wheels of pure packages, and no others."""
        corpus.write("packages/bound/package.toml", 'substitute = ["bin/x"]')
        corpus.write("packages/bound/bin/x", "#!@PYTHON@\n")
        (scenario,) = corpus.load()
        one, other = (workshop.wheels(scenario, python) for python in (BASE, OTHER))
        assert built == ["bound", "greeter", "bound"]
        assert one[0] != other[0]
        assert one[1] == other[1]

    @pytest.mark.parametrize("change", ["content", "name", "mode", "folder"])
    def test_changes(self, corpus: Corpus, workshop: Workshop, tmp_path: Path, change: str) -> None:
        """A package that has changed is another wheel."""
        before = workshop.wheels(corpus.load()[0], BASE)
        file = corpus.folder / "packages/greeter/lib/greeter.py"
        match change:
            case "content":
                file.write_text("two")
            case "name":
                file.rename(file.with_name("other.py"))
            case "mode":
                file.chmod(0o755)
            case "folder":
                file.parent.parent.rename(corpus.folder / "packages/Greeter")
        after = make_workshop(tmp_path).wheels(corpus.load()[0], BASE)
        assert before[0].digest != after[0].digest
        assert before[0].path != after[0].path

    def test_cases(self, corpus: Corpus, workshop: Workshop) -> None:
        """Cases have wheels of their own where their file goes into the package."""
        corpus.write("scenario.toml", 'case-file = "packages/greeter/bin/hi"\n' + TEXT)
        corpus.write("packages/other/lib/other.py")
        corpus.write("cases/a", "#!python\n")
        corpus.write("cases/b", "#!/bin/sh\n")
        one, two = (workshop.wheels(scenario, BASE) for scenario in corpus.load())
        assert one[0].digest != two[0].digest
        assert one[1] == two[1]

    def test_error(self, corpus: Corpus, workshop: Workshop) -> None:
        """A package that makes no wheel is the corpus's error, and leaves nothing."""
        corpus.write("packages/greeter/bin/tool")
        corpus.write("packages/greeter/src/tool.c")
        (scenario,) = corpus.load()
        with pytest.raises(CorpusError, match="takes the place of"):
            workshop.wheels(scenario, BASE)
        assert list(workshop.wheel_folder.iterdir()) == []

    def test_versions(self, corpus: Corpus, workshop: Workshop) -> None:
        """Two folders of one distribution are two wheels of its name."""
        corpus.write("packages/greeter@2/package.toml", 'version = "2.0"')
        wheels = workshop.wheels(corpus.load()[0], BASE)
        assert [(one.name, one.version) for one in wheels] == [
            ("greeter", "1.0"),
            ("greeter", "2.0"),
        ]


class TestWheelhouse:
    """`$WHEELS` is a folder of wheels."""

    def test_none(self, corpus: Corpus, workshop: Workshop) -> None:
        """A scenario without wheels has no such folder."""
        assert workshop.wheelhouse(corpus.load()[0], BASE) is None

    def test_flat(self, corpus: Corpus, workshop: Workshop) -> None:
        """It holds the wheels and nothing else, and is made once."""
        corpus.write("wheels/b/lib/b.py")
        corpus.write("wheels/a/lib/a.py")
        (scenario,) = corpus.load()
        folder = workshop.wheelhouse(scenario, BASE)
        assert folder is not None
        assert sorted(path.name for path in folder.iterdir()) == [
            "a-1.0-py2.py3-none-any.whl",
            "b-1.0-py2.py3-none-any.whl",
        ]
        assert workshop.wheelhouse(scenario, OTHER) == folder


class TestPlaces:
    """What lies where."""

    def test_inside(self, tmp_path: Path) -> None:
        """A cell sees a folder below itself, or where it is if cells are not contained."""
        contained = make_workshop(tmp_path)
        assert contained.namespaces
        assert contained.inside(tmp_path / "x", "opt") == Path("/cell/opt")
        plain = make_workshop(
            tmp_path, sandbox=Sandbox(folder=tmp_path, expose=(), namespaces=False)
        )
        assert not plain.namespaces
        assert plain.inside(tmp_path / "x", "opt") == tmp_path / "x"


class TestClaims:
    """Workers share the environments that they build, and remove those nobody uses."""

    @pytest.fixture
    def neighbour(self, workshop: Workshop) -> Workshop:
        """Open the workshop of another worker of the same run."""
        return Workshop(
            cache=workshop.cache,
            folder=workshop.folder,
            sandbox=workshop.sandbox,
            data=workshop.data,
            tools={},
        )

    def make(self, folder: Path) -> None:
        """Make something that can be told from what another call made."""
        (folder / "made").touch()
        (folder / str(time.monotonic_ns())).touch()

    def content(self, folder: Path) -> set[str]:
        """Return the names in a folder."""
        return {path.name for path in folder.iterdir()}

    def test_shared(self, workshop: Workshop, neighbour: Workshop) -> None:
        """What one worker made, another finds; both use it at one time."""
        first = workshop.claim("key", self.make)
        content = self.content(first)
        assert neighbour.claim("key", self.make) == first
        assert self.content(first) == content >= {"made"}
        for one in (workshop, neighbour):
            one.release()
        assert self.content(first) == content

    def test_twice_in_a_cell(self, workshop: Workshop) -> None:
        """A cell may claim a folder that it has already."""
        assert workshop.claim("key", self.make) == workshop.claim("key", self.make)
        workshop.release()

    def test_failure(self, workshop: Workshop, neighbour: Workshop) -> None:
        """What could not be made is made anew, with nothing of the first attempt in it."""

        def fail(folder: Path) -> None:
            (folder / "half").touch()
            raise ValueError

        with pytest.raises(ValueError, match=r"^$"):
            workshop.claim("key", fail)
        workshop.release()
        assert "half" not in self.content(neighbour.claim("key", self.make))

    def test_waits_for_the_maker(self, workshop: Workshop, neighbour: Workshop) -> None:
        """Who claims what is being made waits until it is whole."""
        order: list[str] = []

        def slow(folder: Path) -> None:
            thread.start()
            thread.join(0.2)
            self.make(folder)
            order.append("made")

        def wait() -> None:
            order.extend(self.content(neighbour.claim("key", fail_if_called)) & {"made"})

        def fail_if_called(folder: Path) -> None:
            raise AssertionError

        thread = threading.Thread(target=wait)
        workshop.claim("key", slow)
        thread.join()
        assert order == ["made", "made"]

    def test_removal(
        self, workshop: Workshop, neighbour: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only the latest are kept, those in use by others besides."""
        monkeypatch.setattr(workshop_module, "ENVIRONMENTS_KEPT", 2)
        places = {key: workshop.claim(key, self.make) for key in "abcd"}
        neighbour.claim("b", self.make)
        workshop.claim("a", self.make)
        assert all(place.exists() for place in places.values())
        workshop.release()
        assert [key for key, place in places.items() if place.exists()] == ["a", "b", "d"]
        neighbour.release()
        for key in "ef":
            neighbour.claim(key, self.make)
        neighbour.release()
        assert not places["b"].exists()

    def test_removed_in_between(self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Who claims a folder has it whole, even if it went while locks changed hands."""
        flock, calls = fcntl.flock, []

        def meddle(lock: int, operation: int) -> None:
            flock(lock, operation)
            calls.append(operation)
            if len(calls) == 3:  # the maker's lock has just become a user's
                remove_tree(workshop.folder / "environments/key")

        monkeypatch.setattr(fcntl, "flock", meddle)
        assert "made" in self.content(workshop.claim("key", self.make))
        shared, exclusive = fcntl.LOCK_SH, fcntl.LOCK_EX
        assert calls == [shared, exclusive, shared, exclusive, shared]

    def test_made_by_another_meanwhile(
        self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What another worker made while this one waited for the lock is not made again."""
        flock = fcntl.flock

        def meddle(lock: int, operation: int) -> None:
            flock(lock, operation)
            if operation == fcntl.LOCK_EX:
                folder = workshop.folder / "environments/key"
                folder.mkdir(parents=True)
                (folder / "complete").touch()

        monkeypatch.setattr(fcntl, "flock", meddle)
        assert self.content(workshop.claim("key", self.make)) == {"complete"}

    def test_half_removed(self, workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder whose remover was killed does not pass for whole."""
        monkeypatch.setattr(workshop_module, "ENVIRONMENTS_KEPT", 0)
        place = workshop.claim("key", self.make)
        with monkeypatch.context() as patched:
            patched.setattr(workshop_module, "remove_tree", lambda folder: None)
            workshop.release()
        before = self.content(place)
        assert self.content(workshop.claim("key", self.make)) != before | {"complete"}


class TestDigests:
    """What was made is known by what it was made from."""

    def test_corpus(self, corpus: Corpus) -> None:
        """Any change to any file makes another corpus."""
        root = corpus.folder.parent.parent
        seen = {corpus_digest(root)}
        file = corpus.write("work/input.txt", "one")
        seen.add(corpus_digest(root))
        file.write_text("two")
        seen.add(corpus_digest(root))
        file.chmod(0o755)
        seen.add(corpus_digest(root))
        file = file.rename(file.with_name("other.txt"))
        seen.add(corpus_digest(root))
        assert len(seen) == 5
        os.utime(file, (0, 0))
        assert corpus_digest(root) in seen

    def test_links(self, corpus: Corpus) -> None:
        """A link that leads nowhere is for lint to complain of, and no reason to fall over."""
        root = corpus.folder.parent.parent
        link = corpus.folder / "link"
        digests = set()
        for target in ("nowhere", "elsewhere"):
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            digests.add(corpus_digest(root))
        assert len(digests) == 2

    def test_wheelwright(self) -> None:
        """Wheels are made anew when the code that makes them, or that compiles, changes."""
        sources = [Path(str(module.__file__)) for module in (package, compiler)]
        assert digest_of_files(*sources) == WHEELWRIGHT
