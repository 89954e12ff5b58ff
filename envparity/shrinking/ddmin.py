"""Delta debugging: which of many pieces a failure needs.

The algorithm is ddmin of Andreas Zeller and Ralf Hildebrandt, "Simplifying and Isolating
Failure-Inducing Input" (IEEE Transactions on Software Engineering 28, 2002), without the tests of
the subsets themselves but for the first: dropping a part is what succeeds in practice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def minimise(pieces: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> list[T]:
    """The *pieces*, in order, of which none can be left out so that it still *fails*.

    *fails* is known to hold for all of them. It is asked for ever smaller lists; a list of n
    pieces of which one matters takes about 2·log2(n) questions.
    """
    kept = list(pieces)
    if not kept or fails([]):
        return []
    size = (len(kept) + 1) // 2
    while len(kept) > 1:
        reduced = False
        start = 0
        while start < len(kept):
            rest = kept[:start] + kept[start + size :]
            if rest and fails(rest):
                kept, reduced = rest, True
            else:
                start += size
        if size == 1 and not reduced:
            break
        size = max(1, min(size, len(kept)) // 2)
    return kept
