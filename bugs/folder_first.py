"""The folder of the environment is made before it is known whether there can be one.

A refused build leaves it, empty or half full. The next one finds an environment that is none,
and so does everybody who waits for the folder (https://github.com/astral-sh/uv/issues/17399).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reference import build
from reference.interpreter import Interpreter
from reference.packages import Package
from reference.store import Store
from reference.tree import Tree

SUMMARY = "makes the environment's folder before anything is checked"
CAUGHT_BY = "contract/nothing-after-a-collision"

_plan = build.plan


def plan(
    python: Interpreter,
    unpacked: Sequence[Package],
    output: Path,
    store: Store,
    priorities: Sequence[int],
) -> Tree:
    """Make the folder, then the plan; a whole environment takes the empty folder's place."""
    output.mkdir()
    return _plan(python, unpacked, output, store, priorities)


REPLACES = {"reference.build.plan": plan}
