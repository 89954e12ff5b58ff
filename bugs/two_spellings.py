"""Distributions are compared by their names as they are written.

`Greeter.Lib` and `greeter-lib` are one distribution (PEP 503). Two versions of it side by side
answer with one's files and the other's metadata (https://github.com/pypa/setuptools/issues/2390,
https://github.com/python/importlib_metadata/issues/410).
"""

from __future__ import annotations

from collections.abc import Sequence

from reference import requirements
from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "takes two spellings of a name for two distributions"
CAUGHT_BY = "contract/two-spellings-of-one"

_check = requirements.check


def check(packages: Sequence[Package], interpreter: Interpreter) -> None:
    """Check what is spelled like the first of its kind, and leave the others alone."""
    first: dict[str, str] = {}
    for one in packages:
        first.setdefault(one.key, one.name)
    _check([one for one in packages if one.name == first[one.key]], interpreter)


REPLACES = {"reference.requirements.check": check}
