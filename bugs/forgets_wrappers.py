"""A wrapper is taken for nothing but a detour, and the program put in its place.

What it sets and what it adds was there for a reason: a program that is started past its wrapper
misses variables, folders and arguments (https://github.com/NixOS/nixpkgs/issues/24525,
https://github.com/NixOS/nixpkgs/pull/250935).
"""

from __future__ import annotations

SUMMARY = "puts programs in the place of wrappers that do more than start them"
CAUGHT_BY = "wrappers/wrapper-sets-a-variable"


def passes_through(wrapper: bytes, name: str) -> bool:
    """Look into no wrapper."""
    return True


REPLACES = {"reference.build.passes_through": passes_through}
