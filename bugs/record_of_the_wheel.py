"""RECORD says what the wheel held, and not what was installed.

A script's first line is written at installation, so its digest and size are others. Whoever
checks an installation by its records finds programs that were tampered with
(https://github.com/pypa/pip/issues/10744, https://github.com/aspect-build/rules_py/pull/1354).
"""

from __future__ import annotations

from reference import packages
from reference.packages import Package

SUMMARY = "leaves the digests of rewritten scripts in RECORD"
CAUGHT_BY = "packages/record-has-the-digests"

_edit_record = packages.edit_record


def edit_record(package: Package, changed: dict[str, bytes | None]) -> bytes:
    """The RECORD as it was unpacked, whatever has changed."""
    return _edit_record(package, {})


REPLACES = {"reference.packages.edit_record": edit_record}
