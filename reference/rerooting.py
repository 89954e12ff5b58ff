"""Files that record the base's prefix as text, and what they say in an environment.

`_sysconfigdata*.py`, the installed Makefile, `pkgconfig/*.pc`, `pythonX.Y-config` and, from 3.14
on, `build-details.json` are written when CPython is built. A path in them that belongs to the
base becomes the environment's, path by path: only where a path begins, and only as a whole.
`_ctypes` is linked with a path along which ctypes.CDLL("libx.so") finds what is in lib. A
prefix such as /usr is shared with the system, so there a path is the environment's when the
environment holds that file or folder, and stays what it is otherwise: /usr/bin/env is nobody's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

#: What such files are called, relative to the prefix.
RECORDS = re.compile(
    r"(?:.*/)?(?:_sysconfigdata\w*(?:-[\w-]+)?\.py|_sysconfig_vars\w*(?:-[\w-]+)?\.json"
    r"|build-details\.json|config(?:-[^/]+)?/(?:Makefile|python-config\.py)"
    r"|pkgconfig/[^/]+\.pc|bin/[\w.-]+-config|lib-dynload/_ctypes\.[^/]*so)"
)


def records_prefix(path: str) -> bool:
    """Is *path*, relative to the prefix, a file that records the prefix?"""
    return RECORDS.fullmatch(path) is not None


def reroot(
    text: bytes, path: str, *, prefix: Path, environment: Path, holds: Callable[[str], bool] | None
) -> bytes:
    """Return *text*, the content of *path*, with the paths of *prefix* below *environment*.

    *holds* says whether the environment holds a path relative to the prefix; None means that
    the whole prefix is the interpreter's own.
    """
    if path.endswith(".so"):  # an ELF file, where a text may become shorter and no longer
        old = bytes(prefix / "lib") + b"\0"
        way = f"$ORIGIN/{os.path.relpath('lib', os.path.dirname(path))}".encode()
        fits = len(way) < len(old) and holds is None
        return text.replace(old, way.ljust(len(old), b"\0")) if fits else text
    new = _quote(bytes(environment), path)
    # A path begins where no word goes on, or behind an option such as -I or -L. A dot before
    # it (`./usr`, WASM_ASSETS_DIR) makes it relative, which only a prefix of its own survives.
    begins = rb"(?:(?<![\w~/@%+})" + (b"." if holds else b"") + rb"-])|(?<=[\s'\"=]-[ILR]))"
    found = re.compile(begins + re.escape(bytes(prefix)) + rb"(?![\w.~@%+-])((?:/[\w.+-]+)*)")

    def replace(match: re.Match[bytes]) -> bytes:
        ours = holds is None or holds(match[1].decode("ascii").lstrip("/"))
        return new + match[1] if ours else match[0]

    return found.sub(replace, text)


def _quote(environment: bytes, path: str) -> bytes:
    """*environment* as the language of the file *path* writes it inside of a string."""
    if path.endswith(".py"):
        text = environment.decode("latin-1" if "python2" in path else "utf-8", "surrogateescape")
        text = re.sub(r"([\\'\"])", r"\\\1", text)
        return text.encode("ascii", "backslashreplace")
    if path.endswith("Makefile"):
        return environment.replace(b"$", b"$$").replace(b"#", b"\\#")
    if path.endswith(".json"):
        return re.sub(rb'([\\"])', rb"\\\1", environment)
    return environment
