"""Seals: whether a folder of the cache is still what it was when it was made.

A seal keeps the mode, size and time of change of every file of a tree. A file that was overwritten,
cut off, removed or added is noticed; one whose size and times were put back on purpose is not.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: What Python makes later, where it may write: without namespaces, and of no consequence.
BYTECODE = "__pycache__"


def seal(folder: Path) -> Mapping[str, Any]:
    """What tells the tree *folder* from a changed one, by relative path."""
    found: dict[str, Any] = {}
    for where, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = os.path.join(where, name)  # noqa: PTH118 - thousands of them
            status = os.lstat(path)
            entry: list[Any] = [status.st_mode]
            if stat.S_ISLNK(status.st_mode):
                entry.append(os.readlink(path))  # noqa: PTH115
            elif stat.S_ISREG(status.st_mode):
                entry += [status.st_size, status.st_mtime_ns]
            found[os.path.relpath(path, folder)] = entry
    return found


def is_intact(folder: Path, record: Path) -> bool:
    """Whether *folder* is as the seal in the file *record* says."""
    try:
        sealed = json.loads(record.read_bytes())
        found = seal(folder)
    except (OSError, ValueError):
        return False
    if not isinstance(sealed, dict) or any(found.get(name) != sealed[name] for name in sealed):
        return False
    return all(name in sealed or BYTECODE in Path(name).parts for name in found)
