"""Packages come without their .dist-info, as if an import were all there is to a package.

Entry points, versions and licences are read from there. Plug-ins are not found
(https://github.com/NixOS/nixpkgs/issues/11147, https://github.com/spack/spack/issues/30256), and
pip installs the package again.
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out the metadata of packages"
CAUGHT_BY = "packages/plugins-by-entry-point"
REPLACES = leave_out(lambda path, _: ".dist-info/" in path)
