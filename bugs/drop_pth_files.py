""".pth files are left out, since environments are not supposed to run code at the start.

They add folders to the import path, make namespaces of old, and turn on coverage and debuggers
(https://github.com/NixOS/nixpkgs/issues/289340, https://github.com/spack/spack/issues/6131).
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out .pth files"
CAUGHT_BY = "packages/pth-adds-a-folder"
REPLACES = leave_out(lambda path, _: path.endswith(".pth"))
