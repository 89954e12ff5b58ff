"""`envparity show --show-vanilla`, as a user starts it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.acceptance.conftest import command, environment, write_scenario


def show(cache: Path, *arguments: str) -> str:
    """What `envparity show --show-vanilla` prints."""
    ended = subprocess.run(
        command("show", "--show-vanilla", *arguments),
        env=environment(cache), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_vanilla(corpus: Path, cache: Path, newest: str) -> None:
    """Each step is printed with what vanilla does, and no builder has a part in it."""
    text = show(cache, "scripts/greets", f"--corpus={corpus}", f"--cache={cache}")
    assert f"scripts/greets in vanilla {newest}\n  1. greet one\n     hello one\n" in text
    assert "  2. greet\n     exit status 3\n" in text


def test_what_vanilla_has_no_part_in(corpus: Path, cache: Path, newest: str) -> None:
    """A contract, a scenario for another Python and one that breaks are told in their places."""
    for name, text in {
        "contract/same": 'guarantee = "deterministic"',
        "identity/old": 'python = "<2.7"\nsteps = ["hello"]',
        "identity/breaks": 'steps = ["echo oops >&2; exit 2"]',
    }.items():
        head = 'summary = "A script says hello"\norigin = ["PEP 405"]\n'
        write_scenario(corpus / name, head + text)
    text = show(cache, "contract", "identity", f"--corpus={corpus}", f"--python={newest}")
    assert "the contract is the builder's: vanilla has no part in it" in text
    assert "skipped: is about Python <2.7" in text
    assert "step 1 exits with 2 where 0 is declared: oops" in text
