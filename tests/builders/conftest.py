"""Real builders on real interpreters: a small package, and an environment to look into."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

from envparity import builders
from envparity.builders import Request
from envparity.contract import manifest
from envparity.environment import Environment
from envparity.interpreter import Interpreter, discover
from envparity.package import Wheel, build_wheel
from envparity.plan import Plan, Settings, make_plan
from envparity.sandbox import Command, Job
from envparity.step import StepOutcome
from envparity.workshop import Workshop

#: What the package of these tests consists of.
GREETER = {
    "package.toml": 'console-scripts = {greet = "greeter:main"}\n',
    "lib/greeter.py": "def main():\n    print('hello')\n",
    "bin/shout": "#!python\nimport greeter\ngreeter.main()\n",
    "share/greeter/words": "hello\n",
}


@frozen
class Bench:
    """A run's plan and its workshop, where builders can be tried."""

    plan: Plan
    workshop: Workshop

    def interpreter(self, minor: str, *, debian: bool = False) -> Interpreter:
        """The machine's interpreter of a minor version; the test is skipped without one."""
        for one in self.plan.found:
            if one.minor == minor and one.debian_layout == debian:
                return one
        pytest.skip(f"no Python {minor} {'of Debian ' if debian else ''}here")

    @property
    def newest(self) -> Interpreter:
        """The newest interpreter that is not Debian's."""
        return [one for one in self.plan.found if not one.debian_layout][-1]

    def wheel(
        self, name: str, files: Mapping[str, str], interpreter: Interpreter | None = None
    ) -> Wheel:
        """A wheel of the package *name* with *files*."""
        folder = self.plan.workspace / "packages" / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        place = self.workshop.wheel_folder / "tests"
        place.mkdir(exist_ok=True)
        return build_wheel(folder, interpreter=interpreter or self.newest, destination=place)

    @property
    def greeter(self) -> Wheel:
        """The package of these tests."""
        return self.wheel("greeter", GREETER)

    def build(self, name: str, *wheels: Wheel, python: Interpreter | None = None) -> Made:
        """What the builder *name* makes of *wheels*."""
        builder = builders.parse(name, self.plan.data)
        request = Request(python or self.newest, wheels)
        environment = builder.build(request, self.workshop)
        return Made(environment, builder.trial(request, self.workshop), self.workshop)


@frozen
class Made:
    """An environment, and the folder of its build."""

    environment: Environment
    folder: Path
    workshop: Workshop

    def run(self, *argv: str | Path) -> StepOutcome:
        """Run a command in a cell that sees the environment."""
        cell = self.workshop.sandbox.cell
        job = Job(
            commands=(Command(tuple(map(str, argv)), 60.0),),
            cwd=cell / "work",
            environment={"PATH": "/usr/bin:/bin", "HOME": str(cell / "work")},
            mounts=self.environment.mounts,
            folders=(cell / "work",),
            links=self.environment.links,
        )
        return self.workshop.sandbox.run(job)[0]

    def says(self, code: str) -> str:
        """What the environment's Python prints for *code*."""
        outcome = self.run(self.environment.python, "-c", code)
        assert outcome.exit == 0, outcome.stderr
        return outcome.stdout.strip()

    def program(self, name: str) -> str:
        """What the environment's program *name* prints."""
        outcome = self.run(self.environment.scripts / name)
        assert outcome.exit == 0, outcome.stderr
        return outcome.stdout.strip()

    @property
    def files(self) -> list[str]:
        """What lies in the environment, by mode, name and content."""
        return manifest(self.folder / "out" / "env")


#: Builders whose tools the sandbox of these tests has to see.
REAL = ("venv", "virtualenv", "uv", "pip-prefix", "stow", "pex")


@pytest.fixture(scope="module", name="bench")
def _bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A bench, as a worker of a run has it; skipped where the kernel contains nothing."""
    cache = tmp_path_factory.mktemp("cache")
    found, _ = discover(cache_dir=cache)
    with opened(Settings(builders=REAL, python=found[-1].label, cache=cache)) as bench:
        yield bench


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Bench]:
    """The bench of a run with *settings*; the test is skipped where the kernel contains nothing."""
    plan, workspace = make_plan(settings)
    try:
        if settings.namespaces and not plan.namespaces:
            pytest.skip(f"no namespaces here: {plan.why_plain}")
        workshop = plan.workshop("tests")
        with workshop.sandbox:
            yield Bench(plan, workshop)
    finally:
        workspace.close()
