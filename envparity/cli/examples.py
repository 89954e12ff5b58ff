"""What `--help` and the manual show of each command: lines to copy, and what they are for."""

from __future__ import annotations

import click

#: By command: what a person wants, and the line that does it.
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "run": (
        ("the reference, on the newest of each Python", "envparity run"),
        ("two themes, with a builder of your own", "envparity run venvs scripts -b exec:./build"),
        ("one cell, as a report names it", "envparity run venvs/pyvenv-cfg -b uv -p 3.12"),
        ("did anything get worse?", "envparity run -b exec:./build --baseline main.jsonl"),
        ("all of it again, whatever was seen", "envparity run -p all --fresh"),
        ("one of four machines", "envparity run -p all --shard 1/4 --report 1.jsonl"),
        ("for a pull request", "envparity run wrappers --markdown summary.md --junit junit.xml"),
    ),
    "compare": (
        ("what has changed since", "envparity compare main.jsonl branch.jsonl"),
        ("and for a pull request", "envparity compare main.jsonl branch.jsonl --markdown -"),
        ("whatever else, venvs work", "envparity compare a.jsonl b.jsonl --require venvs"),
    ),
    "report": (
        ("what a run said", "envparity report run.jsonl"),
        ("the shards of a run as one", "envparity report 1.jsonl 2.jsonl -o whole.jsonl"),
        ("for GitLab, Jenkins and a badge", "envparity report run.jsonl --junit j.xml --badge b"),
        ("the form of the file", "envparity report --schema"),
    ),
    "cache": (
        ("how much of what, and since when", "envparity cache"),
        ("without what was unused for 30 days", "envparity cache --older-than 30"),
        ("what would go to leave 2 GB", "envparity cache --larger-than 2G --dry-run"),
    ),
    "smoke": (
        ("does my adapter work at all?", "envparity smoke -b exec:./build"),
    ),
    "check": (
        ("is this Python what it says?", "envparity check /usr"),
        ("for a program", "envparity check ./venv --json"),
    ),
    "try": (
        ("do my packages survive a builder?", "envparity try black flask -b exec:./build"),
    ),
    "shrink": (
        ("the smallest that fails alike", "envparity shrink venvs/pyvenv-cfg -b exec:./build"),
    ),
    "explain": (
        ("where the two sides part", "envparity explain venvs/pyvenv-cfg -b exec:./build -p 3.12"),
    ),
    "interpreters": (("every CPython there is", "envparity interpreters"),),
    "list": (
        ("all scenarios", "envparity list"),
        ("those of a theme", "envparity list wrappers"),
    ),
    "show": (
        ("what a scenario does", "envparity show venvs/pyvenv-cfg"),
        ("and what vanilla says", "envparity show venvs/pyvenv-cfg --show-vanilla -p 3.12"),
    ),
    "kills": (
        ("from the reports of bugs", "envparity kills bugs.jsonl --output docs"),
    ),
    "results": (
        ("of whole runs", "envparity results venv.jsonl uv.jsonl"),
        ("somewhere else", "envparity results run.jsonl --output docs"),
    ),
    "lint": (
        ("the built-in corpus", "envparity lint"),
        ("one of your own", "envparity lint ./scenarios"),
    ),
    "manual": (
        ("read it", "envparity manual | man -l -"),
        ("install it", "envparity manual > ~/.local/share/man/man1/envparity.1"),
    ),
}  # fmt: skip


def add_examples(group: click.Group) -> None:
    """Put the examples below the help of each command of *group*."""
    for name, command in group.commands.items():
        lines = [f"  # {words}\n  {line}" for words, line in EXAMPLES.get(name, ())]
        if lines:
            told = "\n".join(("\b", "Examples:", *lines))
            command.epilog = f"{command.epilog}\n\n{told}" if command.epilog else told
