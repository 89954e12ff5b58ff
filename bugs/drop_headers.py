"""Headers that a wheel brings are left out, since nothing imports them.

Extensions are compiled against them, where sysconfig says they are
(https://github.com/pypa/pip/issues/9839).
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out the headers of packages"
CAUGHT_BY = "packages/headers"
REPLACES = leave_out(lambda path, _: path.endswith(".h"))
