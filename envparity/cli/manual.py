"""The manual page, made from the commands themselves: `envparity manual`."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import click

from envparity import __version__
from envparity.cli.examples import EXAMPLES


def manual(group: click.Group) -> str:
    """The page of *group* and all its commands, for man(1) (groff_man(7))."""
    name = "envparity"
    lines = [
        f'.TH ENVPARITY 1 "" "{name} {__version__}" "User Commands"',
        ".SH NAME",
        rf"{name} \- {_roff(_sentence(group))}",
        ".SH SYNOPSIS",
        f".B {name}",
        r".I COMMAND",
        r"[\fIOPTION\fR]... [\fIARGUMENT\fR]...",
        ".SH DESCRIPTION",
        *_paragraphs(group.help or ""),
        ".SH COMMANDS",
    ]
    context = click.Context(group, info_name=name, **group.context_settings)
    for command in sorted(group.commands):
        lines += _command(group.commands[command], command, context)
    lines += [".SH EXAMPLES"]
    for command in sorted(EXAMPLES):
        for words, line in EXAMPLES[command]:
            lines += [".TP", rf"\fB{_roff(line)}\fR", _roff(words)]
    lines += [
        ".SH ENVIRONMENT",
        ".TP",
        r"\fBENVPARITY_CACHE_DIR\fR",
        "The cache, instead of the user's.",
        ".TP",
        r"\fBNO_COLOR\fR",
        "No colours, if it is set.",
    ]
    return "\n".join(lines) + "\n"


def _sentence(command: click.Command) -> str:
    return (command.help or "").partition("\n")[0].rstrip(".")


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield rf".SS {name} {_roff(usage)}"
    yield from _paragraphs(command.help or "")
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            yield ".TP"
            yield rf"\fB{_roff(record[0])}\fR"
            yield _roff(record[1])
    statuses = (command.epilog or "").partition("Examples:")[0].strip("\b\n ")
    if statuses:
        yield ".PP"
        yield from (line for text in statuses.splitlines() for line in (_roff(text.strip()), ".br"))


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        yield ".PP"
        yield _roff(" ".join(paragraph.split()))


def _roff(text: str) -> str:
    """*text* as roff prints it: no backslash escapes, no line that begins with a request."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    text = text.replace("`", r"\(ga").replace("\n", " ")
    return re.sub(r"^\.", r"\&.", text.strip())
