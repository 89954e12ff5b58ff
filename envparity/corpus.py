"""The corpus: the scenarios of a run, and where the built-in ones lie."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from envparity.errors import CorpusError, UsageError
from envparity.scenario import OPT_IN, Scenario, is_named, read_scenario, scenario_folders


def data_folder() -> Path:
    """The folder of `scenarios`, `reference` and so on: the checkout, or in the wheel."""
    package = Path(__file__).parent
    checkout = package.parent
    if (checkout / "scenarios").is_dir() and (checkout / "reference").is_dir():
        return checkout
    return package / "_data"


@frozen
class Corpus:
    """The scenarios that were asked for, and what is wrong with those that cannot be read."""

    scenarios: tuple[Scenario, ...]
    broken: Mapping[str, CorpusError]
    """By `theme/name`."""

    @classmethod
    def read(cls, root: Path, patterns: Sequence[str], *, opt_in: bool = True) -> Corpus:
        """The corpus below *root*; UsageError when a pattern names nothing.

        Without *opt_in*, themes that a run has to name (`OPT_IN`) are left out unless a pattern
        begins with their name.
        """
        if not root.is_dir():
            raise UsageError(f"there is no corpus at {root}")
        scenarios: list[Scenario] = []
        broken: dict[str, CorpusError] = {}
        for folder in scenario_folders(root):
            theme = folder.parent.name
            if theme in OPT_IN and not (opt_in or any(one.startswith(theme) for one in patterns)):
                continue
            found, errors = read_scenario(folder)
            if errors:
                broken[f"{folder.parent.name}/{folder.name}"] = errors[0]
            else:
                scenarios += found
        names = [*(one.id for one in scenarios), *broken]
        for pattern in patterns:
            if not any(is_named(name, pattern) for name in names):
                themes = set() if "/" in pattern else {name.partition("/")[0] for name in names}
                candidates = [*sorted(themes), *names]
                close = difflib.get_close_matches(pattern, candidates, n=3, cutoff=0.5)
                known = ", ".join(close) or "`envparity list` names them all"
                raise UsageError(f"no scenario is called {pattern!r}", hint=f"nearest: {known}")
        if not patterns:
            return cls(tuple(scenarios), broken)
        return cls(
            tuple(one for one in scenarios if _wanted(one.id, patterns)),
            {name: error for name, error in broken.items() if _wanted(name, patterns)},
        )


def _wanted(name: str, patterns: Iterable[str]) -> bool:
    return any(is_named(name, pattern) for pattern in patterns)
