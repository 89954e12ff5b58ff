"""What a build unpacks lies beside what it was given, and stays there.

pip 20.1 built in place and left `build` among the sources, where test runners and the next build
found it (https://github.com/pypa/pip/issues/8165, https://github.com/pypa/setuptools/issues/3236).
"""

from __future__ import annotations

import contextlib
import zipfile
from pathlib import Path

from reference import packages
from reference.interpreter import Interpreter
from reference.packages import Package
from reference.store import Store

SUMMARY = "unpacks wheels beside where they lie"
CAUGHT_BY = "contract/wheels-stay-as-they-are"

_load = packages.load


def load(path: Path, interpreter: Interpreter, store: Store) -> Package:
    """Unpack the wheel once more, into `build`, where that may be written."""
    with contextlib.suppress(OSError), zipfile.ZipFile(path) as wheel:
        wheel.extractall(path.parent / "build")
    return _load(path, interpreter, store)


REPLACES = {"reference.packages.load": load}
