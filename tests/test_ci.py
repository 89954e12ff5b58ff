"""Tests of the ready-made jobs: they are what their tools read, and call what there is."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands import parse

CHECKOUT = Path(__file__).parents[1]
ACTION = CHECKOUT / ".github" / "actions" / "envparity" / "action.yml"
WORKFLOWS = sorted((CHECKOUT / "docs" / "ci").glob("github-*.yml"))
GITLAB = CHECKOUT / "docs" / "ci" / "gitlab-ci.yml"
TOX = CHECKOUT / "docs" / "ci" / "tox.ini"


def load(path: Path) -> Any:
    """The YAML file at *path*."""
    return yaml.safe_load(path.read_text("utf-8"))


def scripts(path: Path) -> list[str]:
    """Every piece of shell in a file."""

    def found(value: Any, key: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from found(inner, str(name))
        elif isinstance(value, list):
            for inner in value:
                yield from found(inner, key)
        elif key in {"run", "script", "before_script"}:
            yield str(value)

    if path == TOX:
        return [section["commands"].replace("{posargs}", "") for section in sections().values()]
    return list(found(load(path)))


def sections() -> dict[str, configparser.SectionProxy]:
    """The environments of the tox file."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(TOX)
    return {name: parser[name] for name in parser.sections()}


def commands(text: str) -> list[list[str]]:
    """The calls of envparity in a piece of shell, with a word for each variable."""
    lines = []
    for line in text.splitlines():
        line = line.strip()  # noqa: PLW2901
        if line.startswith("envparity "):
            line = re.sub(r'"\$\{\w+\[@\]\}"', "", line)  # noqa: PLW2901
            line = re.sub(r"\$CI_NODE_(INDEX|TOTAL)", "2", line)  # noqa: PLW2901
            lines.append(shlex.split(line.partition("||")[0]))
    return lines


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS, GITLAB, TOX], ids=lambda path: path.name)
def test_commands(path: Path) -> None:
    """Every call of envparity is one that it takes, and there is one."""
    found = [words for text in scripts(path) for words in commands(text)]
    assert found
    for words in found:
        parse(words)


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS, GITLAB], ids=lambda path: path.name)
def test_shell(path: Path) -> None:
    """Every script is one that bash can read."""
    for text in scripts(path):
        ended = subprocess.run(
            ["bash", "-n"], input=text, capture_output=True, text=True, check=False
        )
        assert (ended.returncode, ended.stderr) == (0, "")


def test_there_are_workflows() -> None:
    """A gate and a nightly matrix are there for GitHub, and a job for GitLab."""
    assert [path.name for path in WORKFLOWS] == ["github-gate.yml", "github-nightly.yml"]
    jobs = load(GITLAB)
    assert jobs["parity"]["artifacts"]["reports"] == {"junit": "junit.xml"}
    assert jobs["parity-shard"]["allow_failure"] == {"exit_codes": 1}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows(path: Path) -> None:
    """A workflow has what GitHub asks for, and gives the action only inputs that it has."""
    workflow = load(path)
    # YAML 1.1 takes `on` for a truth.
    assert workflow.keys() == {"name", True, "permissions", "jobs"}
    inputs = load(ACTION)["inputs"]
    used = []
    for job in workflow["jobs"].values():
        assert job["runs-on"].startswith("ubuntu-")
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            if "/.github/actions/envparity@" in step.get("uses", ""):
                used.append(step["with"])
                assert step["with"].keys() <= inputs.keys()
                assert "builder" in step["with"]
    assert used


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_no_injection(path: Path) -> None:
    """Nothing that somebody else may choose is pasted into a script: it comes in variables."""
    assert not [text for text in scripts(path) if "${{" in text]


def test_action() -> None:
    """Every input of the action reaches the command line, and its options are those there are."""
    action = load(ACTION)
    assert action["runs"]["using"] == "composite"
    judge = action["runs"]["steps"][-1]
    used = re.findall(r"inputs\.(\w+)", str(judge["env"]))
    assert sorted(used) == sorted(action["inputs"])
    for variable in judge["env"]:
        assert f"${variable}" in judge["run"], variable
    added = re.findall(r'options\+=\((--[\w-]+) "\$\w+"\)', judge["run"])
    assert len(added) == 5
    for option in added:
        parse(["envparity", "run", option, "1"])
    for name, facts in action["inputs"].items():
        assert facts["description"]
        assert facts.get("required") or "default" in facts, name
    assert all(step["shell"] == "bash" for step in action["runs"]["steps"])


def test_tox() -> None:
    """The tox file has two environments, which pass on what envparity reads."""
    assert list(sections()) == ["testenv:parity", "testenv:parity-gate"]
    for section in sections().values():
        assert "ENVPARITY_*" in section["pass_env"]
        assert section["deps"].split() == ["envparity"]


def test_documented() -> None:
    """The documents name each of them."""
    text = (CHECKOUT / "docs" / "gating.md").read_text("utf-8")
    for path in (ACTION, *WORKFLOWS, GITLAB, TOX):
        assert str(path.relative_to(CHECKOUT)).removeprefix("docs/") in text
