"""A folder of modules without an `__init__.py` gets an empty one.

Bazel did so for every package (https://github.com/bazel-contrib/rules_python/issues/55,
https://github.com/bazelbuild/bazel/issues/7386). A namespace of PEP 420 ends where it has one:
the parts that lie in other places of the import path are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "makes an empty __init__.py where there is none"
CAUGHT_BY = "packages/namespace-in-two-places"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Write an empty file into each folder that has modules and no such file."""
    for module in list(_wrappers.site_packages(environment).glob("*/**/*.py")):
        initial = module.with_name("__init__.py")
        if not initial.exists():
            initial.touch()
