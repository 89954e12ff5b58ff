"""Command lines in documents and files: they are parsed as a shell and click would."""

from __future__ import annotations

from collections.abc import Sequence

from envparity.cli import main


def parse(words: Sequence[str]) -> str:
    """The command that *words* call; a click error where envparity would not take them."""
    program, name, *rest = words
    assert program == "envparity", words
    context = main.make_context("envparity", [name])
    _, command, _ = main.resolve_command(context, [name])
    assert command is not None
    command.make_context(name, list(rest), parent=context)
    return name
