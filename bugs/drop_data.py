"""Only site-packages and bin are taken over; what a wheel brings for share or etc is not.

Jupyter's kernels and notebook extensions, icons, manual pages lie there, and are looked for below
`sys.prefix` (https://github.com/jupyter/jupyter_client/issues/75,
https://github.com/jupyter/notebook/issues/2563).
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out what packages bring for share and etc"
CAUGHT_BY = "packages/data-in-share"
REPLACES = leave_out(lambda path, _: {"share", "etc"} & set(path.split("/")[:2]))
