"""Whatever looks like a preamble is one, wherever it stands.

A search for the text, without asking whether it is a statement, or whether it was injected at
all: not every wrapper can be undone by deleting what matches
(https://github.com/NixOS/nixpkgs/pull/326094, https://github.com/NixOS/nixpkgs/pull/442206).
Templates of such lines, and programs that begin in the same way, lose what is theirs.
"""

from __future__ import annotations

from reference.wrapping import NIXPKGS_LINE, PREAMBLE

SUMMARY = "takes whatever looks like a preamble for one"
CAUGHT_BY = "wrappers/text-like-a-preamble[in-a-string]"


def unwrap(source: bytes) -> bytes | None:
    """The program without the first text of that look, or None when there is none."""
    found = PREAMBLE.search(source) or NIXPKGS_LINE.search(source)
    return source[: found.start()] + source[found.end() :] if found else None


REPLACES = {"reference.wrapping.unwrap": unwrap}
