"""Files without content are not worth a link.

`py.typed` is empty, and so is many an `__init__.py`: type checkers call the package untyped
(https://github.com/python/mypy/issues/5701), and a regular package becomes a namespace
(https://github.com/NixOS/nixpkgs/issues/82453; PEP 561).
"""

from __future__ import annotations

from ._merging import leave_out

SUMMARY = "leaves out empty files"
CAUGHT_BY = "packages/typed-marker"
REPLACES = leave_out(lambda _, piece: piece.link is None and not piece.read())
