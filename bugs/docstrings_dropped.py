"""Packages are compiled with -OO to save space, under the names of ordinary bytecode.

Without docstrings, help() is empty, and what builds its command line or its grammar from them
does not start (https://github.com/marcelotduarte/cx_Freeze/issues/126,
https://github.com/lmfit/lmfit-py/issues/191). assert does nothing, either.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "compiles packages without docstrings and asserts"
CAUGHT_BY = "identity/pydoc-sees-packages"

COMPILE = """
import importlib.util, py_compile, sys
for path in sys.argv[1:]:
    place = importlib.util.cache_from_source(path, optimization='')
    py_compile.compile(path, place, optimize=2)
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Let Python 3 compile every module of the packages."""
    modules = [str(path) for path in sorted(_wrappers.site_packages(environment).rglob("*.py"))]
    python = request["interpreter"]["executable"]
    subprocess.run([python, "-E", "-s", "-S", "-c", COMPILE, *modules], check=True)
