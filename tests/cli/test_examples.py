"""Tests of what the helps and the manual teach."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import click
import pytest
from click.testing import CliRunner

from envparity.cli import main
from envparity.cli.examples import EXAMPLES, add_examples
from envparity.cli.manual import manual
from tests.commands import parse

LINES = [line for examples in EXAMPLES.values() for _, line in examples]


@pytest.mark.parametrize("line", LINES)
def test_examples(line: str) -> None:
    """Each example is a command line that there is."""
    parse(shlex.split(line.partition(" | ")[0].partition(" > ")[0]))


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command(name: str) -> None:
    """The help of each command says what it is for, and has an example that fits 80 columns."""
    output = CliRunner().invoke(main, [name, "--help"]).output
    _, _, examples = output.partition("  Examples:\n")
    assert f"envparity {name}" in examples
    assert max(map(len, examples.splitlines())) <= 80
    assert main.commands[name].help


def test_no_others() -> None:
    """There are no examples of commands that there are not, and one without any stays."""
    assert not EXAMPLES.keys() - main.commands.keys()
    bare = click.Group(commands={"bare": click.Command("bare")})
    add_examples(bare)
    assert bare.commands["bare"].epilog is None


class TestManual:
    """`envparity manual`."""

    def test_everything(self) -> None:
        """The page has every command with all of its options, and the exit statuses."""
        page = CliRunner().invoke(main, ["manual"]).output
        assert page == manual(main)
        plain = page.replace(r"\-", "-")
        for name, command in main.commands.items():
            assert f"\n.SS {name} " in page
            for parameter in command.params:
                if isinstance(parameter, click.Option):
                    assert max(parameter.opts, key=len) in plain
        assert "4  a command line or a machine that cannot be served" in page
        assert "-h, --help" in plain

    def test_no_stray_requests(self) -> None:
        """No line of text is taken for a request, and no backslash for an escape."""
        odd = click.Command("odd", help="Odd.\n\n.TH is 'no' `request` \\n here", epilog="x")
        page = manual(click.Group(commands={"odd": odd}, help="All."))
        assert "\n\\&.TH is \\(aqno\\(aq \\(garequest\\(ga \\en here\n" in page

    @pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not here")
    def test_groff(self) -> None:
        """The formatter of man pages has nothing to complain about."""
        ended = subprocess.run(
            ["groff", "-man", "-ww", "-Tascii"], input=manual(main),
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert ended.stderr == ""
        # What is bold is struck twice.
        assert "envparity compare main.jsonl branch.jsonl" in re.sub(".\b", "", ended.stdout)
