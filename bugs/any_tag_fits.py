"""A wheel that is given as a file is installed, whatever Python its tag is for.

pip looked at tags where it chose among files, and not where it was handed one
(https://github.com/pypa/pip/issues/1281). Extension modules of another Python are not found by
their names; what is pure fails at the first line of another language.
"""

from __future__ import annotations

from reference import requirements
from reference.interpreter import Interpreter

SUMMARY = "takes wheels whose tags are of another Python"
CAUGHT_BY = "contract/tag-of-another-python"

_fits = requirements.fits


def fits(tag: str, interpreter: Interpreter) -> bool:
    """Does the platform fit, as the last part of a tag has it?"""
    return _fits(f"py{interpreter.version[0]}-none-{tag.rpartition('-')[2]}", interpreter)


REPLACES = {"reference.requirements.fits": fits}
