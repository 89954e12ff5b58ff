"""The schedule: dear cells first, so that no worker is left with one when the others are done.

How dear a cell is was seen in an earlier run. The others stay in the corpus's order, in which
neighbours share what is built for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envparity.cache import Cache, digest
from envparity.cell import CellId
from envparity.verdict import Verdict

#: Seconds from which on a cell is dear: one at the end would be seen.
DEAR = 1.0

KIND = "durations"


def read(cache: Cache, builders: Iterable[str]) -> dict[CellId, float]:
    """Seconds of the dear cells of *builders*, the dearest first."""
    dear: dict[CellId, float] = {}
    for builder in builders:
        document = cache.read(KIND, _name(builder)) or {}
        for scenario, seconds in document.items():
            for python, duration in seconds.items():
                dear[scenario, builder, python] = duration
    return dearest(dear)


def dearest(durations: Mapping[CellId, float]) -> dict[CellId, float]:
    """Those of *durations* that are of dear cells, the dearest first."""
    dear = ((cell, seconds) for cell, seconds in durations.items() if seconds >= DEAR)
    return dict(sorted(dear, key=lambda pair: -pair[1]))


def write(cache: Cache, verdicts: Iterable[Verdict], known: Mapping[CellId, float]) -> None:
    """Keep how dear the cells of a run were, beside those *known* that it did not judge."""
    durations = dict(known)
    for one in verdicts:
        key = one.scenario, one.builder, one.python
        if not one.recalled and one.outcome.is_judged:
            durations.pop(key, None)
            if one.seconds >= DEAR:
                durations[key] = round(one.seconds, 2)
    documents: dict[str, dict[str, dict[str, float]]] = {}
    for (scenario, builder, python), seconds in durations.items():
        documents.setdefault(builder, {}).setdefault(scenario, {})[python] = seconds
    for builder, document in documents.items():
        cache.write(KIND, _name(builder), document)


def _name(builder: str) -> str:
    return digest(builder)
