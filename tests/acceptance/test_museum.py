"""The tools of the museum, as a user starts them: kills, shrink, explain."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import bugs
from envparity.explaining.explanation import explain
from envparity.interpreter import Interpreter
from envparity.lint import lint_scenario
from envparity.plan import Settings
from envparity.scenario import load_scenario
from envparity.shrinking.draft import Draft
from envparity.subject import open_subject
from tests.acceptance.conftest import Runner, command, environment, write_scenario


@pytest.fixture(scope="session", name="python")
def _python(interpreters: list[Interpreter]) -> str:
    """CPython 3.12, for which the tables below were made, or the newest there is."""
    found = [one.label for one in interpreters if one.minor == "3.12"]
    return (found or [interpreters[-1].label])[-1]


def start(
    cache: Path, folder: Path, *arguments: str, columns: str = "300"
) -> subprocess.CompletedProcess[str]:
    """Run envparity in *folder*."""
    return subprocess.run(
        command(*arguments), env={**environment(cache), "COLUMNS": columns}, cwd=folder,
        capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip


def test_all_bugs_are_run_by_a_glob_and_make_a_matrix(
    envparity: Runner, corpus: Path, tmp_path: Path, cache: Path, newest: str
) -> None:
    """`bug:*-farm` is every bug of such a name, and the report is the matrix's source."""
    ended = envparity(
        f"--corpus={corpus}", f"--python={newest}", "-n0", "-b", "bug:*-farm", "-b", "reference"
    )
    assert (1, {"differs": 2, "parity": 2}) == (ended.status, ended.outcomes()), ended.output
    assert {"bug:symlink-farm", "reference"} == {one["builder"] for one in ended.cells}
    made = start(
        cache, tmp_path, "kills", "report.jsonl", f"--corpus={corpus}", f"--output={tmp_path}"
    )
    assert 0 == made.returncode, made.stderr
    assert "the bug `symlink-farm` is too blunt: it fails 100% of its cells" in made.stdout
    assert "1 of 1 bugs are noticed" in made.stdout
    record = json.loads((tmp_path / "kill-matrix.json").read_text())
    kills = {"identity/prefixes": [newest], "scripts/greets": [newest]}
    assert kills == record["bugs"]["symlink-farm"]["kills"]
    assert "| `scripts/greets` | 1 | symlink-farm |" in (tmp_path / "kill-matrix.md").read_text()


#: Bugs, and scenarios that they fail, of one to six steps and up to four packages.
SHRINKS = {
    "argv0-forced": "identity/link-to-the-executable",
    "delete-lines-1-and-3": "wrappers/third-line-survives",
    "drop-pth-files": "packages/pth-adds-a-folder",
}


@pytest.mark.parametrize("bug", SHRINKS)
def test_a_failing_scenario_is_reduced(bug: str, tmp_path: Path, cache: Path, python: str) -> None:
    """At most three steps and one package are left, which fail alone and in the same way."""
    name = SHRINKS[bug]
    before = Draft.of(load_scenario(Path(bugs.__file__).parents[1] / "scenarios" / name)[0])
    ended = start(
        cache, tmp_path, "shrink", name, "--builder", f"bug:{bug}", "--python", python, "-o", "out",
        "--seconds=250",
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    folder = tmp_path / "out" / name
    assert [] == lint_scenario(folder)
    (reduced,) = load_scenario(folder)
    after = Draft.of(reduced)
    assert len(after.steps) <= 3
    assert len(after.packages) <= 1
    size, whole = (sum(len(one.data) for one in d.files.values()) for d in (after, before))
    assert (len(after.steps), len(after.files), size) < (len(before.steps) + 1, whole, whole)
    assert f"### {reduced.summary}" in ended.stdout
    assert "```diff" in ended.stdout
    assert "nothing more can go" in ended.stderr
    again = start(
        cache, tmp_path, "run", "--corpus=out", "-b", f"bug:{bug}", "-p", python, "-n0", "-q"
    )
    assert 1 == again.returncode, again.stderr
    assert f"✗ {name}" in again.stdout
    twice = start(cache, tmp_path, "shrink", name, "-b", f"bug:{bug}", "-p", python, "--output=out")
    assert 4 == twice.returncode
    assert "is there already" in twice.stderr


#: The scenario that is explained where the one that catches the bug runs no Python.
EXPLAINED = {"blind-shebangs": "scripts/shebang-through-env-with-options"}

#: Where the sides part, by bug: the scenario that is explained is the one that catches the bug.
#: What the other bugs do cannot be explained: nothing is run, since something is refused.
LAYER = {
    "argv0-dropped": "wrapper",
    "argv0-forced": "wrapper",
    "blind-shebangs": "kernel shebang",
    "classic-long-header": "the script",
    "delete-lines-1-and-3": "the script",
    "drop-data": "installed files",
    "drop-empty-files": "installed files",
    "drop-headers": "installed files",
    "drop-hidden-files": "installed files",
    "drop-metadata": "installed files",
    "drop-pth-files": ".pth",
    "eat-programs": "kernel shebang",
    "ld-library-path-wrapper": "wrapper",
    "linked-folders": "installed files",
    "linked-programs": "installed files",
    "lose-modes": "installed files",
    "name-the-base": "sysconfig",
    "no-user-site": "wrapper",
    "one-name-only": "command",
    "path-wrapper": "wrapper",
    "pythonhome-wrapper": "wrapper",
    "pythonpath-wrapper": "wrapper",
    "pyvenv-cfg": "pyvenv.cfg",
    "short-shebangs": "kernel shebang",
    "sitecustomize-prefix": "wrapper",
    "stale-record": "installed files",
    "symlink-farm": "getpath",
    "truncating-unwrapper": "kernel shebang",
    "unmerged-namespaces": "installed files",
}


@pytest.mark.parametrize("bug", LAYER)
def test_the_layer_at_which_the_sides_part(
    bug: str, cache: Path, python: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first layer that is marked is the one that the bug has changed."""
    monkeypatch.setenv("ENVPARITY_WORKSPACE_DIR", str(cache / "runs"))
    settings = Settings(builders=(f"bug:{bug}",), python=python, cache=cache)
    scenario = EXPLAINED.get(bug, bugs.load(bug).caught_by)
    with open_subject(scenario, settings, control=True) as subject:
        explanation = explain(subject)
    assert explanation.first is not None
    assert LAYER[bug] == explanation.first.name
    assert explanation.controlled
    assert "the outcome" == explanation.layers[-1].name
    assert explanation.layers[-1].parts


def test_an_explanation_is_a_plain_table(tmp_path: Path, cache: Path, python: str) -> None:
    """One line marks where the sides part, and no colours go into a file."""
    ended = start(
        cache, tmp_path, "explain", "identity/import-path-in-prefix",
        "--builder", "bug:symlink-farm", "--python", python,
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    assert "The sides part at: getpath\n" in ended.stdout
    (marked,) = [line for line in ended.stdout.splitlines() if line.startswith("≠►")]
    assert ["≠►", "getpath", "sys.prefix", "{prefix}", "{base}"] == marked.split()
    assert "\x1b" not in ended.stdout


@pytest.mark.parametrize("verb", ["shrink", "explain"])
def test_a_cell_that_does_not_fail(
    verb: str, corpus: Path, tmp_path: Path, cache: Path, newest: str
) -> None:
    """It is said so in a line, and the exit status is 1."""
    ended = start(
        cache, tmp_path, verb, "scripts/greets", f"--corpus={corpus}", "-b", "reference",
        "-p", newest,
    )  # fmt: skip
    assert 1 == ended.returncode
    assert (
        f"envparity: scripts/greets with reference on {newest} does not fail; it ended in parity"
        in ended.stderr
    )
    assert 1 == len(ended.stderr.splitlines())
    assert not (tmp_path / "shrunk").exists()


@pytest.mark.parametrize("verb", ["shrink", "explain"])
@pytest.mark.parametrize(
    ("scenario", "builder", "words"),
    [
        ("scripts/greetz", "bug:symlink-farm", "nearest: scripts/greets"),
        ("scripts/greets", "bug:symlinkfarm", "nearest: symlink-farm"),
        ("scripts/greets", "bug:symlinkfarm*", "nearest: symlink-farm"),
        ("scripts/greets", "refrence", "did you mean 'reference'?"),
    ],
)
def test_names_that_nothing_has(
    verb: str, scenario: str, builder: str, words: str, corpus: Path, tmp_path: Path, cache: Path
) -> None:
    """The nearest names are told, and the exit status is 4."""
    ended = start(cache, tmp_path, verb, scenario, f"--corpus={corpus}", "--builder", builder)
    assert 4 == ended.returncode
    assert words in ended.stderr
    assert 1 == len(ended.stderr.splitlines())


def test_a_contract_has_no_chain(tmp_path: Path, cache: Path, newest: str) -> None:
    """Nothing is run where something has to be refused."""
    ended = start(
        cache, tmp_path, "explain", "contract/collision-of-modules", "-b", "bug:first-one-wins",
        "-p", newest,
    )  # fmt: skip
    assert 1 == ended.returncode
    assert "nothing is run in contract/collision-of-modules" in ended.stderr


def test_a_case_is_reduced_to_a_scenario_of_its_own(
    tmp_path: Path, cache: Path, newest: str
) -> None:
    """The program of the case is what is left, without a folder of cases."""
    folder = write_scenario(
        tmp_path / "corpus" / "scripts" / "heads",
        """
        summary = "A program knows where it is installed"
        origin = ["PEP 405"]
        case-file = "packages/tell/bin/tell"
        steps = ["echo $CASE; tell"]
        """,
    )
    (folder / "packages" / "tell").mkdir(parents=True)
    (folder / "cases").mkdir()
    for name in ("one", "two"):
        text = "#!python\n# A comment.\nimport sys\nprint(sys.prefix)\n"
        (folder / "cases" / f"{name}.py").write_text(text)
    ended = start(
        cache, tmp_path, "shrink", "scripts/heads[two]", "--corpus=corpus", "-o", "out",
        "-b", "bug:symlink-farm", "-p", newest,
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    (reduced,) = load_scenario(tmp_path / "out" / "scripts" / "heads-two")
    assert ["tell"] == [step.run for step in reduced.steps]
    text = (reduced.path / "packages" / "tell" / "bin" / "tell").read_text()
    assert "#!python\nimport sys\nprint(sys.prefix)\n" == text


def test_what_has_to_be_refused_stays_what_has_to_be_refused(
    tmp_path: Path, cache: Path, newest: str
) -> None:
    """A contract has no oracle but the reference, which refuses the reduced scenario as well."""
    ended = start(
        cache, tmp_path, "shrink", "contract/collision-of-modules", "-b", "bug:first-one-wins",
        "-p", newest, "-o", "out",
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    kept = start(cache, tmp_path, "run", "--corpus=out", "-b", "reference", "-p", newest, "-n0")
    assert 0 == kept.returncode, kept.stdout
    (reduced,) = load_scenario(tmp_path / "out" / "contract" / "collision-of-modules")
    assert 2 == len(reduced.packages)


def test_what_is_refused_is_what_vanilla_can_do(tmp_path: Path, cache: Path, newest: str) -> None:
    """The reduced scenario holds in vanilla, although its builder never comes that far."""
    ended = start(
        cache, tmp_path, "shrink", "filesystem/names-differ-by-case", "-b", "bug:case-folded",
        "-p", newest, "-o", "out", "--seconds=250",
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stderr
    assert "`bug:case-folded` refuses it: " in ended.stdout
    kept = start(cache, tmp_path, "run", "--corpus=out", "-b", "vanilla", "-p", newest, "-n0")
    assert 0 == kept.returncode, kept.stdout


def test_an_output_that_cannot_be_written(
    corpus: Path, tmp_path: Path, cache: Path, newest: str
) -> None:
    """It is a usage error in one line."""
    (tmp_path / "file").touch()
    ended = start(
        cache, tmp_path, "shrink", "identity/prefixes", f"--corpus={corpus}", "-o", "file",
        "-b", "bug:symlink-farm", "-p", newest,
    )  # fmt: skip
    assert 4 == ended.returncode
    assert "the scenario cannot be written: Not a directory" in ended.stderr
