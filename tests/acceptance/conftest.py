"""Runs of the whole program, as a user starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from envparity.corpus import data_folder
from envparity.interpreter import Interpreter, discover, select

CHECKOUT = Path(__file__).parents[2]
PYENV = Path("~/.pyenv").expanduser()


@frozen
class Ended:
    """How a run of envparity ended."""

    status: int
    output: str
    cells: Sequence[Mapping[str, Any]]
    """The cells of its report."""
    header: Mapping[str, Any]
    footer: Mapping[str, Any] | None

    @property
    def verdicts(self) -> set[tuple[str, str, str, str, str]]:
        """What was said of each cell, in no order."""
        return {
            (
                cell["scenario"],
                cell["builder"],
                cell["python"],
                cell["outcome"],
                json.dumps(cell["differences"]),
            )
            for cell in self.cells
        }

    def outcomes(self) -> dict[str, int]:
        """How many cells ended how."""
        counts: dict[str, int] = {}
        for cell in self.cells:
            counts[cell["outcome"]] = counts.get(cell["outcome"], 0) + 1
        return counts


Runner = Callable[..., Ended]


def command(*arguments: str) -> list[str]:
    """The command line of envparity with *arguments*."""
    return [sys.executable, "-m", "envparity", *arguments]


def environment(cache: Path) -> dict[str, str]:
    """The variables of a run with its cache in *cache*."""
    variables = {**os.environ, "ENVPARITY_CACHE_DIR": str(cache), "COLUMNS": "120"}
    variables["ENVPARITY_WORKSPACE_DIR"] = str(cache / "runs")
    variables["PYTHONPATH"] = str(CHECKOUT)
    # Tests have a HOME of their own, and interpreters are where they were.
    variables.setdefault("PYENV_ROOT", str(PYENV))
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    return variables


@pytest.fixture(scope="session", name="cache")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all runs of this worker: what vanilla does is asked once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(name="envparity")
def _envparity(tmp_path: Path, cache: Path) -> Runner:
    """Runs `envparity run` with a report."""

    def run(
        *arguments: str,
        around: Sequence[str] = (),
        timeout: float = 300.0,
        fresh: bool = True,
    ) -> Ended:
        report = tmp_path / "report.jsonl"
        report.unlink(missing_ok=True)
        ended = subprocess.run(
            [
                *around,
                # The cache is all tests': what one has seen is not to be another's verdict.
                *command("run", f"--report={report}", *(["--fresh"] if fresh else []), *arguments),
            ],
            env=environment(cache),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        lines = report.read_text().splitlines() if report.exists() else []
        documents = [json.loads(line) for line in lines]
        kinds = {kind: [one for one in documents if one["kind"] == kind] for kind in KINDS}
        return Ended(
            ended.returncode,
            ended.stdout + ended.stderr,
            kinds["cell"],
            (kinds["header"] or [{}])[0],
            (kinds["footer"] or [None])[0],
        )

    return run


KINDS = ("header", "cell", "footer")


@pytest.fixture(scope="session", name="interpreters")
def _interpreters(cache: Path) -> list[Interpreter]:
    """Every CPython of this machine, oldest first."""
    found, _ = discover(cache_dir=cache)
    return select("all", found)


@pytest.fixture(scope="session", name="newest")
def _newest(interpreters: list[Interpreter]) -> str:
    """The newest interpreter's label."""
    return interpreters[-1].label


@pytest.fixture(name="corpus")
def _corpus(tmp_path: Path) -> Path:
    """A corpus of three scenarios: one plain, one with a package, one of the contract."""
    root = tmp_path / "scenarios"
    write_scenario(
        root / "identity" / "prefixes",
        """
        summary = "The interpreter is in no virtual environment"
        origin = ["PEP 405"]
        steps = ["$PYTHON -c 'import sys; print([sys.prefix, sys.exec_prefix])'"]
        """,
    )
    greeter = write_scenario(
        root / "scripts" / "greets",
        """
        summary = "A program finds the module it was installed with"
        origin = ["NixOS/nixpkgs#301444"]
        steps = ["greet one", { run = "greet", exit = 3 }]
        """,
    )
    programs = greeter / "packages" / "greeter" / "bin"
    programs.mkdir(parents=True)
    (programs / "greet").write_text("#!python\nimport greeter\ngreeter.main()\n")
    modules = greeter / "packages" / "greeter" / "lib"
    modules.mkdir()
    (modules / "greeter.py").write_text(
        "import sys\ndef main():\n    if not sys.argv[1:]:\n        sys.exit(3)\n"
        "    print('hello ' + sys.argv[1])\n"
    )
    return root


def write_scenario(folder: Path, text: str) -> Path:
    """Make a scenario folder with *text* as its scenario.toml."""
    folder.mkdir(parents=True)
    lines = [line.strip() for line in text.strip().splitlines()]
    (folder / "scenario.toml").write_text("\n".join(lines) + "\n")
    return folder


def write_builder(path: Path, build: str) -> Path:
    """Make an executable Python program that speaks the protocol; *build* is its body."""
    text = f"""#!{sys.executable} -I
import json, os, sys
if sys.argv[1] == "describe":
    print(json.dumps({{"protocol": 1, "name": "double"}}))
    sys.exit()
request = json.load(open(sys.argv[2]))
output = request["output"]
interpreter = request["interpreter"]
"""
    path.write_text(text + build)
    path.chmod(0o755)
    return path


@pytest.fixture(scope="session", name="data")
def _data() -> Path:
    """The folder with the corpus, the reference and the bugs."""
    return data_folder()
