"""A requirement is one whatever its marker says.

Metadata keeps what other Pythons, other systems and extras require; who reads the names alone
asks for what is neither there nor needed (https://github.com/rpm-software-management/rpm/issues/382,
https://github.com/inmanta/inmanta-core/issues/2363).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reference import requirements
from reference.interpreter import Interpreter
from reference.packages import Package

SUMMARY = "asks for requirements whose markers do not hold"
CAUGHT_BY = "packages/not-required-here"

_check = requirements.check


def check(packages: Sequence[Package], interpreter: Interpreter) -> None:
    """Check the packages as if no requirement had a marker."""
    plain = [
        replace(one, requires=[line.partition(";")[0] for line in one.requires]) for one in packages
    ]
    _check(plain, interpreter)


REPLACES = {"reference.requirements.check": check}
