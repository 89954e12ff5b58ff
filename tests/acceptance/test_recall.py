"""Only what changed is judged again."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from envparity.interpreter import Interpreter
from tests.acceptance.conftest import Ended, Runner, write_builder, write_scenario

#: A builder like the ones of `write_builder`, that says what it depends on: a file beside it.
DECLARING = f"""#!{sys.executable} -I
import json, os, sys
settings = open(os.path.dirname(sys.argv[0]) + "/settings").read()
if sys.argv[1] == "describe":
    print(json.dumps({{"protocol": 1, "name": "double", "fingerprint": settings.split()[0]}}))
    sys.exit()
request = json.load(open(sys.argv[2]))
output = request["output"]
os.makedirs(output + "/bin")
os.symlink(request["interpreter"]["executable"], output + "/bin/" + os.path.basename(
    request["interpreter"]["executable"]))
open(output + "/note", "w").write(settings.split()[-1])
"""


def cached(ended: Ended) -> dict[str, bool]:
    """Which scenarios' verdicts came from the cache."""
    return {cell["scenario"]: cell["cached"] for cell in ended.cells}


@pytest.fixture(name="adds")
def _adds(corpus: Path) -> str:
    """A scenario that holds in anything that is a Python at all."""
    write_scenario(
        corpus / "identity" / "adds",
        """
        summary = "The interpreter adds"
        origin = ["PEP 20"]
        steps = ["$PYTHON -c 'print(1 + 1)'"]
        """,
    )
    return "identity/adds"


@pytest.fixture(name="run")
def _run(envparity: Runner, corpus: Path, newest: str, tmp_path: Path) -> Runner:
    """Runs the small corpus, with a cache of its own."""

    def run(*arguments: str, fresh: bool = False) -> Ended:
        own = ("--cache", str(tmp_path / "own-cache"))
        common = (f"--corpus={corpus}", f"--python={newest}", "-n1", *own)
        return envparity(*common, *arguments, fresh=fresh)

    return run


def test_nothing_changed(run: Runner) -> None:
    """The second run judges nothing, says the same of every cell, and says so."""
    first, second = run(), run()
    assert {False} == set(cached(first).values()), first.output
    assert {True} == set(cached(second).values()), second.output
    assert (0, 0) == (first.status, second.status)
    assert first.verdicts == second.verdicts
    assert first.footer == second.footer
    assert "2 cells: 2 parity" in second.output
    assert "(2 as before, from the cache)" in second.output


def test_fresh_judges_again(run: Runner) -> None:
    """--fresh uses no verdict of an earlier run."""
    run()
    assert {False} == set(cached(run(fresh=True)).values())


def test_one_scenario_edited(run: Runner, corpus: Path) -> None:
    """A changed scenario is judged again, and no other is."""
    run()
    module = corpus / "scripts/greets/packages/greeter/lib/greeter.py"
    module.write_text(module.read_text().replace("hello", "good day"))
    ended = run()
    assert {"scripts/greets": False, "identity/prefixes": True} == cached(ended), ended.output
    assert 0 == ended.status


def test_one_interpreter_added(
    envparity: Runner, corpus: Path, interpreters: list[Interpreter], tmp_path: Path
) -> None:
    """Of a run with one more interpreter only the cells of that one are judged."""
    if len(interpreters) < 2:
        pytest.skip("there is one interpreter here")
    older, newer = (one.label for one in interpreters[-2:])
    common = (f"--corpus={corpus}", "-n1", "--cache", str(tmp_path / "own-cache"))
    before = envparity(*common, f"--python={older}", fresh=False)
    ended = envparity(*common, f"--python={older},{newer}", fresh=False)
    assert len(ended.cells) == 2 * len(before.cells) > 0
    assert {(cell["python"], cell["cached"]) for cell in ended.cells} == {
        (older, True), (newer, False)
    }  # fmt: skip


def test_a_difference_is_remembered_with_its_story(run: Runner) -> None:
    """A builder that was not at parity still is not, with the same differences and exit status."""
    first, second = (run("--builder", "bug:symlink-farm") for _ in range(2))
    assert first.verdicts == second.verdicts
    assert (1, 1) == (first.status, second.status)
    assert {True} == set(cached(second).values())
    assert "differs with bug:symlink-farm" in second.output


def test_a_builder_that_declares_nothing(run: Runner, tmp_path: Path) -> None:
    """Nothing is remembered of a program that does not say what it depends on."""
    builder = write_builder(tmp_path / "builder", "sys.exit('no')\n")
    ended = [run("--builder", f"exec:{builder}") for _ in range(2)]
    assert [{False}] * 2 == [set(cached(one).values()) for one in ended]


def test_what_a_program_declares(run: Runner, tmp_path: Path, adds: str) -> None:
    """A new fingerprint, and a new byte in the program, each have it judged again."""
    builder, settings = tmp_path / "builder", tmp_path / "settings"
    builder.write_text(DECLARING)
    builder.chmod(0o755)
    settings.write_text("one")
    arguments = (adds, "--builder", f"exec:{builder}")
    seen = [cached(run(*arguments)) for _ in range(2)]
    settings.write_text("two")
    seen.append(cached(run(*arguments)))
    builder.write_text(DECLARING + "# changed\n")
    seen.append(cached(run(*arguments)))
    # The environment says "two" in both of the last: steps in it need not be run again.
    assert [False, True, False, True] == [one[adds] for one in seen]


def test_a_builder_that_changed_and_builds_the_same(run: Runner, tmp_path: Path, adds: str) -> None:
    """Steps are not run again in an environment of the same content, and are in another."""
    builder, settings = tmp_path / "builder", tmp_path / "settings"
    builder.write_text(DECLARING)
    builder.chmod(0o755)
    seen = []
    for text in ("one same", "two same", "three other"):
        settings.write_text(text)
        seen.append(cached(run(adds, "--builder", f"exec:{builder}")))
    assert [False, True, False] == [one[adds] for one in seen]


def test_no_difference_is_told_from_memory(run: Runner, tmp_path: Path) -> None:
    """Where steps differed in an equal environment they are run again before it is reported."""
    builder, settings = tmp_path / "builder", tmp_path / "settings"
    builder.write_text(DECLARING)
    builder.chmod(0o755)
    for text in ("one same", "two same"):
        settings.write_text(text)
        ended = run("identity/prefixes", "--builder", f"exec:{builder}")
        assert {"differs": 1} == ended.outcomes()
        assert {"identity/prefixes": False} == cached(ended)


def test_the_baseline_and_the_cache(run: Runner, tmp_path: Path) -> None:
    """A run held against itself has nothing that got worse, wherever its verdicts come from."""
    report = tmp_path / "baseline.jsonl"
    first = run("--builder", "bug:symlink-farm", "--report", str(report))
    second = run("--builder", "bug:symlink-farm", "--baseline", str(report))
    assert (1, 0) == (first.status, second.status), second.output
