"""Tests of the contract of builders, with builders that start no process."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from envparity.builders import Builder, Description, Inapplicable, Request, Unsupported
from envparity.contract import PARITY, check_contract, manifest
from envparity.verdict import Outcome
from tests.doubles import make_interpreter, make_scenario, make_workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from envparity.comparison import Difference
    from envparity.environment import Environment
    from envparity.workshop import Workshop

FILES = {"env/bin/greet": "#!python", "env/lib/a.py": "a"}
MADE = {"prefix": "/cell/opt/env", "seconds": 0.1}
REFUSED = {"refused": "two files for one place"}
FAILED = {"failed": "exit status 1: Traceback"}


@attrs.define
class FakeBuilder:
    """A builder whose builds are prepared: what it answers, and the files it leaves, by trial."""

    folder: Path
    answer: Mapping[str, Any] = MADE
    out: Mapping[str, str] = attrs.Factory(dict)
    second: Mapping[str, str] | None = None
    #: What it does to the wheels it was given.
    spoil: Callable[[Path], object] = lambda wheels: None
    name: str = "fake"
    places: tuple[Path, ...] = ()
    program: Path | None = None
    asked: list[tuple[str, Request]] = attrs.Factory(list)

    def describe(self, workshop: Workshop) -> Description:
        """What the builder is."""
        return Description(self.name)

    def build(self, request: Request, workshop: Workshop) -> Environment:
        """No contract asks for it."""
        raise NotImplementedError

    def trial(self, request: Request, workshop: Workshop, again: str = "") -> Path:
        """The folder of a build, as a program would have left it."""
        self.asked.append((again, request))
        folder = self.folder / (again or "trial")
        (folder / "out").mkdir(parents=True)
        files = self.out if self.second is None or again != "second" else self.second
        for name, text in files.items():
            path = folder / "out" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if again:
            for wheel in request.wheels:
                path = folder / "wheels" / wheel.digest / wheel.path.name
                path.parent.mkdir(parents=True)
                path.write_bytes(wheel.path.read_bytes())
            self.spoil(folder / "wheels")
        (folder / "answer.json").write_text(json.dumps(self.answer))
        return folder


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """Open a workshop."""
    return make_workshop(tmp_path)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., FakeBuilder]:
    """Make builders."""
    return lambda **fields: FakeBuilder(tmp_path / "builds", **fields)


@pytest.fixture
def packages(tmp_path: Path) -> tuple[Path, ...]:
    """Make two package folders."""
    folders = tuple(tmp_path / "packages" / name for name in ("greeter", "other"))
    for folder in folders:
        (folder / "lib").mkdir(parents=True)
        (folder / "lib" / f"{folder.name}.py").touch()
    return folders


def check(
    builder: Builder, workshop: Workshop, **fields: Any
) -> tuple[Outcome, str, Difference | None]:
    """Check one contract; return the outcome, the reason and the only difference."""
    scenario = make_scenario("contract/one", steps=(), **fields)
    outcome, reason, differences = check_contract(scenario, builder, make_interpreter(), workshop)
    assert (outcome is Outcome.PARITY) == (not differences)
    return outcome, reason, differences[0] if differences else None


class TestRefuses:
    """A builder refuses what no environment can hold."""

    def test_refused(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """A builder that refuses is right, whatever its reason says."""
        builder = make(answer=REFUSED)
        assert check(builder, workshop, refuses="collision") == (Outcome.PARITY, "", None)

    @pytest.mark.parametrize(
        ("answer", "ending"),
        [
            (MADE, "an environment"),
            (FAILED, "failed: exit status 1: Traceback"),
            ({"failed": "stopped after 3 s"}, "failed: stopped after 3 s"),
        ],
    )
    def test_otherwise(
        self,
        make: Callable[..., FakeBuilder],
        workshop: Workshop,
        answer: dict[str, Any],
        ending: str,
    ) -> None:
        """An environment is no refusal, and a crash is none either."""
        outcome, reason, difference = check(make(answer=answer), workshop, refuses="collision")
        assert outcome is Outcome.DIFFERS
        assert reason == f"answer: wanted refused (exit status 3): collision, got {ending}"
        assert difference is not None
        assert (difference.what, difference.run) == ("answer", "build REQUEST.json")
        assert difference.vanilla == "refused (exit status 3): collision"
        assert difference.environment == ending

    def test_request(
        self,
        make: Callable[..., FakeBuilder],
        workshop: Workshop,
        packages: tuple[Path, ...],
    ) -> None:
        """The builder sees the wheels and the shape of the prefix, and nothing of the scenario."""
        builder = make(answer=REFUSED)
        check(builder, workshop, refuses="collision", packages=packages, prefix_shape="space")
        ((again, request),) = builder.asked
        assert again == ""
        assert request.shape == "space"
        assert [wheel.name for wheel in request.wheels] == ["greeter", "other"]


@pytest.mark.parametrize(
    "fields",
    [
        {"refuses": "collision"},
        {"guarantee": "deterministic"},
        {"guarantee": "inputs-untouched"},
        {"guarantee": "leaves-nothing"},
    ],
)
def test_unsupported(
    make: Callable[..., FakeBuilder], workshop: Workshop, fields: dict[str, str]
) -> None:
    """A builder that cannot serve the request has neither kept the contract nor broken it."""
    with pytest.raises(Unsupported, match="not this Python"):
        check(make(answer={"unsupported": "not this Python"}), workshop, **fields)


class TestDeterministic:
    """A builder makes the same bytes from the same request."""

    def test_same(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """Two builds with the same files keep it."""
        builder = make(out=FILES)
        assert check(builder, workshop, guarantee="deterministic")[0] is Outcome.PARITY
        assert [again for again, _ in builder.asked] == ["first", "second"]

    def test_other(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """A file that is another the second time is shown."""
        builder = make(out=FILES, second={**FILES, "env/lib/a.py": "b"})
        outcome, reason, difference = check(builder, workshop, guarantee="deterministic")
        assert outcome is Outcome.DIFFERS
        assert reason == "the environment's files: wanted 5 lines, got 5 lines"
        assert difference is not None
        changed = [line for line in difference.diff() if line[0] in "-+"]
        assert [line.split(" ")[1] for line in changed] == ["env/lib/a.py"] * 2

    @pytest.mark.parametrize(
        ("answer", "ending"),
        [(REFUSED, "refused: two files for one place"), (FAILED, "failed: exit status 1: Trace")],
    )
    def test_not_made(
        self,
        make: Callable[..., FakeBuilder],
        workshop: Workshop,
        answer: dict[str, Any],
        ending: str,
    ) -> None:
        """What was not made at all is not the same twice."""
        outcome, reason, _ = check(make(answer=answer), workshop, guarantee="deterministic")
        assert outcome is Outcome.DIFFERS
        assert reason.startswith(f"answer: wanted an environment, got {ending}")

    def test_in_a_store(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """Where the same request is answered from a store, two answers show nothing."""
        builder = make(answer={"prefix": "/s/abc-env", "store": "/s"})
        with pytest.raises(Inapplicable, match="a store builds nothing twice"):
            check(builder, workshop, guarantee="deterministic")


class TestInputsUntouched:
    """A builder leaves its inputs as they were."""

    @pytest.mark.parametrize(
        ("spoil", "reason"),
        [
            (lambda wheels: None, ""),
            (
                lambda wheels: next(wheels.rglob("greeter*")).write_text("spoilt"),
                "the wheels: wanted 2 lines, got 2 lines",
            ),
            (
                lambda wheels: next(wheels.rglob("greeter*")).unlink(),
                "the wheels: wanted 2 lines, got other-1.0-py2.py3-none-any.whl ",
            ),
            (
                lambda wheels: (wheels / "new").write_text("new"),
                "the wheels: wanted 2 lines, got 3 lines",
            ),
        ],
    )
    def test_wheels(
        self,
        make: Callable[..., FakeBuilder],
        workshop: Workshop,
        packages: tuple[Path, ...],
        spoil: Callable[[Path], object],
        reason: str,
    ) -> None:
        """A wheel that was changed, removed or added shows."""
        scenario = {"guarantee": "inputs-untouched", "packages": packages}
        outcome, found, _ = check(make(spoil=spoil), workshop, **scenario)
        assert outcome is (Outcome.DIFFERS if reason else Outcome.PARITY)
        assert found.startswith(reason)

    def test_not_made(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """A builder that made nothing has shown nothing."""
        outcome, reason, _ = check(make(answer=FAILED), workshop, guarantee="inputs-untouched")
        assert outcome is Outcome.DIFFERS
        assert reason.startswith("answer: wanted an environment, got failed: ")


class TestLeavesNothing:
    """A builder that does not make an environment leaves nothing of it."""

    @pytest.mark.parametrize("answer", [REFUSED, FAILED])
    def test_nothing(
        self, make: Callable[..., FakeBuilder], workshop: Workshop, answer: dict[str, Any]
    ) -> None:
        """Refusing or failing with nothing at the output keeps it."""
        builder = make(answer=answer)
        assert check(builder, workshop, guarantee="leaves-nothing")[0] is Outcome.PARITY

    def test_something(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """What is left is listed."""
        builder = make(answer=REFUSED, out={"env/bin/greet": "x"})
        outcome, reason, difference = check(builder, workshop, guarantee="leaves-nothing")
        assert outcome is Outcome.DIFFERS
        assert reason == "what is left at the output: wanted nothing, got 3 lines"
        assert difference is not None
        assert [line.split(" ")[1] for line in difference.environment.splitlines()] == [
            "env",
            "env/bin",
            "env/bin/greet",
        ]

    def test_an_environment(self, make: Callable[..., FakeBuilder], workshop: Workshop) -> None:
        """An environment where none can be is not nothing."""
        outcome, reason, _ = check(make(), workshop, guarantee="leaves-nothing")
        assert outcome is Outcome.DIFFERS
        assert reason == "answer: wanted no environment, got an environment"


class TestManifest:
    """A manifest tells folders apart by all that an environment consists of."""

    def test_lines(self, tmp_path: Path) -> None:
        """There is a line for each entry, with its mode and its target or digest, sorted."""
        (tmp_path / "b").mkdir(mode=0o755)
        (tmp_path / "b/file").write_text("content")
        (tmp_path / "b/file").chmod(0o640)
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "broken").symlink_to("nowhere")
        os.mkfifo(tmp_path / "pipe", 0o600)
        digest = hashlib.sha256(b"content").hexdigest()[:16]
        assert manifest(tmp_path) == [
            "lrwxrwxrwx a -> b",
            "drwxr-xr-x b",
            f"-rw-r----- b/file {digest}",
            "lrwxrwxrwx broken -> nowhere",
            "prw------- pipe",
        ]

    def test_empty(self, tmp_path: Path) -> None:
        """Nothing, or no folder at all, has no lines."""
        assert manifest(tmp_path) == manifest(tmp_path / "nothing") == []

    def test_times(self, tmp_path: Path) -> None:
        """When a file was written is not part of it."""
        (tmp_path / "file").touch()
        before = manifest(tmp_path)
        os.utime(tmp_path / "file", (0, 0))
        assert manifest(tmp_path) == before


def test_parity_is_silent() -> None:
    """A contract that was kept has neither reason nor differences."""
    assert PARITY == (Outcome.PARITY, "", ())
