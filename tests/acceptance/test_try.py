"""`envparity try`, as a user starts it, with a folder of wheels for an index."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import frozen

from envparity.interpreter import Interpreter
from envparity.package import build_wheel
from envparity.report.jsonl import read_report
from tests.acceptance.conftest import command, environment

GREETER = {
    "package.toml": 'console-scripts = {greet = "greeter.polite:main"}\nrequires = ["words"]\n',
    "lib/greeter/__init__.py": "import words\n",
    "lib/greeter/polite.py": "import sys, words\n"
    "def main():\n    print(words.HELLO, sys.argv[1:])\n    return 3\n",
    "lib/broken.py": "raise RuntimeError('as ever')\n",
    "lib/space/inner/__init__.py": "",
    "bin/shout": "#!python\nimport greeter\nprint('HELLO')\n",
    "share/greeter/text": "hello\n",
}
WORDS = {"lib/words.py": "HELLO = 'hello'\n"}


@frozen
class Ended:
    """How it ended."""

    status: int
    output: str


Try = Callable[..., Ended]


@pytest.fixture(name="try_")
def _try(tmp_path: Path, cache: Path, interpreters: list[Interpreter]) -> Try:
    """Runs `envparity try` on the newest interpreter."""
    newest = interpreters[-1]
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name, files in (("greeter", GREETER), ("words", WORDS)):
        for path, text in files.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text)
        build_wheel(tmp_path / name, interpreter=newest, destination=wheels)
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": "/dev/null"}

    def run(*arguments: str) -> Ended:
        ended = subprocess.run(
            command("try", *arguments, "-n0"),
            env={**environment(cache), **pip},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout + ended.stderr)

    return run


def test_a_package_that_survives(try_: Try, tmp_path: Path) -> None:
    """With the reference a package is at parity, and the newest Python is the default."""
    ended = try_("greeter>=1", "--report", str(tmp_path / "report"))
    assert 0 == ended.status, ended.output
    assert "1 cell: 1 parity" in ended.output
    report = read_report(tmp_path / "report")
    assert ["wild/greeter"] == [one.scenario for one in report.verdicts]
    assert "scenarios: " in ended.output


def test_a_package_that_does_not(try_: Try) -> None:
    """With a farm of links its metadata, files, modules and programs are told to be missing."""
    ended = try_("greeter", "--builder", "bug:symlink-farm")
    assert 1 == ended.status, ended.output
    for words in (
        "✗ wild/greeter  differs with bug:symlink-farm",
        "-greeter 1.0 None",
        "-requires words",
        "-entry point console_scripts greet = greeter.polite:main",
        "-x generated {prefix}/bin/greet",
        "-import broken RuntimeError as ever",
        "-import greeter {prefix}/lib/python",
        "-import space.inner {prefix}/lib/python",
        'greet --help; echo "exit status $?"',
        "-hello ['--help']",
        "-exit status 3",
    ):
        assert words in ended.output, ended.output


def test_a_builder_with_rules(try_: Try) -> None:
    """Rules about the corpus that envparity brings are not held to account by packages."""
    ended = try_("words", "--builder", "venv")
    assert 0 == ended.status, ended.output
    assert "explains nothing" not in ended.output


def test_bad_input(try_: Try) -> None:
    """What cannot be had is one line, and exit status 4."""
    for requirement, words in (
        ("nothing-of-it", "no package index at hand has nothing-of-it"),
        ("greeter=>1", "no requirement: 'greeter=>1'"),
    ):
        ended = try_(requirement)
        assert 4 == ended.status
        assert ended.output.startswith(f"envparity: {words}"), ended.output
        assert 1 == len(ended.output.splitlines())
