"""Tests of the derivations of docs/ci/nix: they evaluate, and call what there is.

They are evaluated with a package set of the test's own, and nothing is built.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.commands import parse

CHECKOUT = Path(__file__).parents[2]
PACKAGES = Path(__file__).with_name("pkgs.nix")

pytestmark = pytest.mark.skipif(
    shutil.which("nix-instantiate") is None, reason="needs Nix (Debian: nix-bin)"
)


def evaluate(folder: Path, arguments: str) -> Any:
    """The derivations with these *arguments*, as the package set has them."""
    expression = (
        f"let made = import {CHECKOUT}/docs/ci/nix {{ pkgs = import {PACKAGES}; {arguments} }}; in "
        "{ inherit (made.envparity) dependencies;"
        " check = { inherit (made.check) command inputs; };"
        " shards = map (one: { inherit (one) name command inputs; }) made.shards; }"
    )
    places = {f"NIX_{name}_DIR": str(folder / name) for name in ("STATE", "STORE", "LOG", "CONF")}
    ended = subprocess.run(
        ["nix-instantiate", "--eval", "--strict", "--json", "--expr", expression],
        env={**os.environ, **places}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def calls(text: str) -> list[list[str]]:
    """The calls of envparity in a piece of shell."""
    lines = (line.partition("||")[0] for line in text.splitlines())
    return [shlex.split(line) for line in lines if line.startswith("envparity ")]


def test_shards(tmp_path: Path) -> None:
    """There is a derivation for every shard, each with its part of one and the same run."""
    made = evaluate(
        tmp_path,
        'shards = 3; scenarios = [ "identity" ]; builder = "exec:/b"; tools = [ "/nix/store/b" ];'
        ' durations = "/nix/store/old.jsonl";',
    )
    assert [one["name"] for one in made["shards"]] == [f"envparity-{k}-of-3" for k in (1, 2, 3)]
    for part, one in enumerate(made["shards"], 1):
        (words,) = calls(one["command"])
        assert parse([*words[:-2], "--report=r"]) == "run"
        assert words[:3] == ["envparity", "run", "identity"]
        given = dict(itertools.pairwise(words))
        assert given["--shard"] == f"{part}/3"
        assert given["--builder"] == "exec:/b"
        assert given["--durations"] == "/nix/store/old.jsonl"
        assert given["--python"] == "/nix/store/python312/bin/python3.12"
        assert "--no-namespaces" in words
        assert one["inputs"] == ["/nix/store/envparity", "/nix/store/cc", "/nix/store/b"]


def test_namespaces(tmp_path: Path) -> None:
    """They are used where the builder is said to have them, and durations where there are any."""
    made = evaluate(tmp_path, "namespaces = true; shards = 1;")
    ((words,),) = [calls(one["command"]) for one in made["shards"]]
    assert not {"--no-namespaces", "--durations"} & set(words)


def test_check(tmp_path: Path) -> None:
    """The check merges the reports of all shards, and fails where one of them is not green."""
    made = evaluate(tmp_path, "shards = 2;")
    merge, show = calls(made["check"]["command"])
    reports = [f"/nix/store/envparity-{part}-of-2/report.jsonl" for part in (1, 2)]
    assert merge[2:4] == reports
    assert [parse(words) for words in (merge, show)] == ["report", "report"]
    end = made["check"]["command"].splitlines()[-1]
    for statuses, failed in ((("0", "0"), False), (("0", "1"), True)):
        for part, status in enumerate(statuses, 1):
            folder = tmp_path / f"envparity-{part}-of-2"
            folder.mkdir(exist_ok=True)
            (folder / "status").write_text(status + "\n")
        line = end.replace("/nix/store", str(tmp_path))
        assert subprocess.run(["bash", "-c", line], check=False).returncode == failed
    for text in (made["check"]["command"], *(one["command"] for one in made["shards"])):
        assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0


def test_dependencies(tmp_path: Path) -> None:
    """What the derivation gives envparity is what its project asks for."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    asked = [re.split("[<>=]", one)[0] for one in project["dependencies"]]
    assert evaluate(tmp_path, "")["dependencies"] == asked
