"""Files that record the base's prefix as text, and what they say in an environment.

`_sysconfigdata*.py`, the installed Makefile, `pkgconfig/*.pc` and `pythonX.Y-config` are
written when CPython is built. A path in them that belongs to the base becomes the
environment's, path by path: only where a path begins, and only as a whole. A prefix such as
/usr is shared with the system, so there a path is the environment's when the environment holds
that file or folder, and stays what it is otherwise: /usr/bin/env is nobody's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import PurePosixPath

#: What such files are called, relative to the prefix.
RECORDS = re.compile(
    r"(?:.*/)?(?:_sysconfigdata\w*(?:-[\w-]+)?\.py|_sysconfig_vars\w*(?:-[\w-]+)?\.json"
    r"|build-details\.json|config(?:-[^/]+)?/(?:Makefile|python-config\.py)"
    r"|pkgconfig/[^/]+\.pc|bin/[\w.-]+-config)"
)


def records_prefix(path: PurePosixPath) -> bool:
    """Is *path*, relative to the prefix, a file that records the prefix?"""
    return RECORDS.fullmatch(str(path)) is not None


def reroot(
    text: bytes,
    path: PurePosixPath,
    *,
    prefix: str,
    environment: str,
    holds: Callable[[str], bool] | None,
) -> bytes:
    """Return *text*, the content of *path*, with the paths of *prefix* below *environment*.

    *holds* says whether the environment holds a path relative to the prefix; None means that
    the whole prefix is the interpreter's own.
    """
    new = _quote(environment, path)
    # A path begins where no word goes on, or behind an option such as -I or -L. A dot before
    # it (`./usr`, WASM_ASSETS_DIR) makes it relative, which only a prefix of its own survives.
    dot = b"." if holds else b""
    begins = rb"(?:(?<![\w~/@%+})" + dot + rb"-])|(?<=[\s'\"=]-[ILR]))"
    found = re.compile(begins + re.escape(os.fsencode(prefix)) + rb"(?![\w.~@%+-])((?:/[\w.+-]+)*)")

    def replace(match: re.Match[bytes]) -> bytes:
        below = match[1].decode("ascii").lstrip("/")
        if holds is None or holds(below):
            return new + match[1]
        return match[0]

    return found.sub(replace, text)


def _quote(environment: str, path: PurePosixPath) -> bytes:
    """*environment* as the language of the file *path* writes it inside of a string."""
    raw = os.fsencode(environment)
    if path.suffix == ".py":
        python2 = "python2" in str(path)
        text = raw.decode("latin-1" if python2 else "utf-8", "surrogateescape")
        text = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
        return text.encode("ascii", "backslashreplace")
    if path.name == "Makefile":
        return raw.replace(b"$", b"$$").replace(b"#", b"\\#")
    if path.suffix == ".json":
        text = raw.decode("utf-8", "surrogateescape").replace("\\", "\\\\").replace('"', '\\"')
        return text.encode("utf-8", "surrogateescape")
    return raw
