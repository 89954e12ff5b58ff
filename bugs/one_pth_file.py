"""The .pth files of all packages become one, package by package.

Spack merged `easy-install.pth` of everything in a view (https://github.com/spack/spack/pull/3583,
where the line ends had got lost). site reads such files in the order of their names, so one that
builds on another's line comes too early.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "merges .pth files in the order of packages"
CAUGHT_BY = "packages/pth-files-in-order"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the lines of all .pth files into easy-install.pth."""
    site = _wrappers.site_packages(environment)
    lines: list[str] = []
    for record in sorted(site.glob("*.dist-info/RECORD")):
        for name in [row[0] for row in csv.reader(record.read_text().splitlines())]:
            if name.endswith(".pth") and "/" not in name:
                lines += (site / name).read_text().splitlines()
                (site / name).unlink()
    if lines:
        (site / "easy-install.pth").write_text("\n".join([*lines, ""]))
