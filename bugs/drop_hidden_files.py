"""Files whose names begin with a dot are not linked: a shell's `*` does not match them.

`ln -s $package/* $out` is how many an environment is made by hand; see
https://github.com/NixOS/nixpkgs/issues/134215 and https://github.com/NixOS/nixpkgs/issues/16741.
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out what begins with a dot"
CAUGHT_BY = "filesystem/hidden-files"
REPLACES = leave_out(lambda path, _: any(part.startswith(".") for part in path.split("/")))
