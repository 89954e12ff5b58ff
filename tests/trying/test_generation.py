"""Scenarios that are made of wheels."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve
from packaging.requirements import Requirement

from envparity.lint import lint_corpus
from envparity.plan import Settings, make_plan
from envparity.scenario import load_scenario
from envparity.trying.generation import Trial, programs_of, steady, write_lock
from envparity.trying.resolution import parse, resolve
from tests.trying.conftest import House

TOOL = {
    "package.toml": (
        'console-scripts = {greet = "greeter:main"}\n'
        '[entry-points.gui_scripts]\nwave = "greeter:main"\n'
        '[entry-points.console_scripts]\nshine = "greeter:main [lamp, bulb]"\n'
    ),
    "lib/greeter.py": "def main():\n    print('hello')\n",
    "bin/shout it": "#!python\nprint('HELLO')\n",
}


def tool(house: House) -> Path:
    """A wheel with programs of each kind; the entry point with extras is put in by hand."""
    import zipfile

    wheel = house.add("greeter", {**TOOL, "package.toml": "\n".join(
        TOOL["package.toml"].splitlines()[:3])})  # fmt: skip
    with zipfile.ZipFile(wheel.path, "a") as archive:
        name = "other-1.0.dist-info/entry_points.txt"
        archive.writestr(name, "[console_scripts]\nshine = greeter:main [lamp, bulb]\n")
    return wheel.path


def test_programs(house: House) -> None:
    """Programs are those of the metadata and those that lie in the wheel, but for windows."""
    wheel = tool(house)
    assert ["greet", "shout it"] == programs_of(wheel)
    assert ["greet", "shout it"] == programs_of(wheel, {"lamp"})
    assert ["greet", "shine", "shout it"] == programs_of(wheel, {"lamp", "bulb"})


def test_a_scenario(house: House, tmp_path: Path) -> None:
    """A trial is a scenario that lint has nothing to say of, and each line can go again."""
    wheel = house.add("greeter", {**TOOL, "package.toml": TOOL["package.toml"].splitlines()[0]})
    trial = Trial.of(Requirement("Greeter[lamp]>=1"), [wheel, evolve(wheel)])
    assert trial.steps == (
        "$PYTHON -I _distribution_probe.py greeter",
        'greet --help; echo "exit status $?"',
        'greet --version; echo "exit status $?"',
        "'shout it' --help; echo \"exit status $?\"",
        "'shout it' --version; echo \"exit status $?\"",
    )
    corpus = tmp_path / "corpus"
    write_lock(corpus, [f"greeter==1.0 \\\n    --hash=sha256:{'0' * 64}\n"])
    folder = trial.write(corpus)
    (scenario,) = load_scenario(folder)
    assert ("greeter[lamp]",) == scenario.requirements
    assert trial.steps == tuple(step.run for step in scenario.steps)
    assert [] == lint_corpus(corpus)
    shorter = trial.without([trial.steps[1]])
    (again,) = load_scenario(shorter.write(corpus))
    assert len(scenario.steps) - 1 == len(again.steps)


def test_what_is_unsteady(house: House) -> None:
    """A program that says something else each time, or does not end, is left out, and named."""
    house.add("clock", {
        "package.toml": 'console-scripts = {tick = "clock:tick", steady = "clock:steady"}\n',
        "lib/clock.py": "import time\ndef tick():\n    print(time.time_ns())\n"
        "def steady():\n    print('tock')\n",
    })  # fmt: skip
    house.add("still", {"lib/still.py": ""})
    cache = house.index.cache.folder
    settings = Settings(builders=(), python=house.interpreter.label, cache=cache)
    plan, workspace = make_plan(settings)
    try:
        workshop = plan.workshop("tests")
        requirements = parse(["clock", "still"])
        entries = resolve(requirements, house.interpreter, workshop.index)
        corpus = cache / "tries" / "x"
        lock = write_lock(corpus, entries)
        left_out = {}
        with workshop.sandbox:
            for one in requirements:
                wheels = workshop.index.wheels([one.name], lock, house.interpreter)
                trial, lines = steady(Trial.of(one, wheels), corpus, [house.interpreter], workshop)
                left_out[one.name] = lines
                (scenario,) = load_scenario(corpus / "wild" / one.name)
                assert trial.steps == tuple(step.run for step in scenario.steps)
    finally:
        workspace.close()
    ticks = [f'tick {option}; echo "exit status $?"' for option in ("--help", "--version")]
    assert {"clock": ticks, "still": []} == left_out


@pytest.mark.parametrize("name", ["a.b", "A_b", "a-b"])
def test_names(name: str) -> None:
    """A scenario is named as the index names the distribution."""
    assert "a-b" == Trial(Requirement(name), ("x",)).name
