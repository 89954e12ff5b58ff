"""RECORD is left out of the merge, like the other files that only installers read.

Tools ask it what a distribution consists of: importlib.metadata.files is None, uninstalling and
auditing find nothing (https://github.com/pypa/pip/issues/8549; PEP 376).
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out RECORD"
CAUGHT_BY = "packages/installed-files-are-there"
REPLACES = leave_out(lambda path, _: path.endswith(".dist-info/RECORD"))
