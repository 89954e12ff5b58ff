"""What a shell completes: names of scenarios, builders and interpreters.

The shell's side is click's: `eval "$(_ENVPARITY_COMPLETE=bash_source envparity)"`.
"""

from __future__ import annotations

from pathlib import Path

import click

from envparity import builders
from envparity.builders.bug import bug_names
from envparity.cache import Cache, default_folder
from envparity.corpus import Corpus, data_folder
from envparity.errors import EnvparityError
from envparity.interpreter import discover


def scenario_names(context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Themes, and scenarios once a theme is there."""
    corpus: Path = context.params.get("corpus") or data_folder() / "scenarios"
    try:
        names = [one.id for one in Corpus.read(corpus, ()).scenarios]
    except EnvparityError:
        return []
    if "/" not in incomplete:
        names = sorted({name.partition("/")[0] for name in names})
    return [name for name in names if name.startswith(incomplete)]


def builder_names(_context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The kinds, and bugs by their names."""
    names = [f"{kind}:" if kind in {"bug", "exec", "prefix"} else kind for kind in builders.KINDS]
    if incomplete.startswith("bug:"):
        names = [f"bug:{name}" for name in bug_names(data_folder())]
    return [name for name in names if name.startswith(incomplete)]


def interpreter_names(_context: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """The last of a list of interpreters."""
    before, comma, word = incomplete.rpartition(",")
    try:
        found, _problems = discover(cache_dir=Cache.at(default_folder()).folder)
    except EnvparityError:
        return []
    names = dict.fromkeys(name for one in found for name in (one.minor, one.label))
    return [f"{before}{comma}{name}" for name in (*names, "all") if name.startswith(word)]
