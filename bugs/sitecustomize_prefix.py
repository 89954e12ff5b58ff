"""A wrapper tells the base in variables where it should have been; sitecustomize believes it.

nixpkgs' python.withPackages from 2019 on: bin/python is a wrapper that exports NIX_PYTHONPATH,
NIX_PYTHONPREFIX and NIX_PYTHONEXECUTABLE and executes the base, whose sitecustomize.py adds the
folders and then repairs `sys.prefix`, when everything has been computed from the other one.
`sys.base_prefix` and `sys._base_executable` stay the base's: the environment looks like a venv
(https://github.com/NixOS/nixpkgs/pull/201037), a venv made from it has none of its packages
(https://github.com/NixOS/nixpkgs/pull/275701), and `-S` loses all of it.

The interpreter's own sitecustomize cannot be edited here, so the base that is executed is
an environment without packages, made by the reference in the folder `.base`.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference import build

from . import _wrappers

SUMMARY = "repairs sys.prefix in sitecustomize, from variables that a wrapper exports"
CAUGHT_BY = "isolation/environment-unchanged"

SITECUSTOMIZE = """\
import os
import site
import sys

folders = os.environ.pop("NIX_PYTHONPATH", None)
for folder in folders.split(os.pathsep) if folders else []:
    site.addsitedir(folder)
executable = os.environ.pop("NIX_PYTHONEXECUTABLE", None)
if executable:
    sys.executable = executable
prefix = os.environ.pop("NIX_PYTHONPREFIX", None)
if prefix:
    sys.prefix = sys.exec_prefix = prefix
    site.PREFIXES.insert(0, prefix)
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put a base with a sitecustomize into the environment, and wrappers around it."""
    base = environment / ".base"
    build.build(Path(request["interpreter"]["executable"]), [], base)
    stdlib = next(path.parent for path in base.glob("lib*/python*/os.py"))
    sitecustomize = stdlib / "sitecustomize.py"
    sitecustomize.unlink(missing_ok=True)
    sitecustomize.write_text(SITECUSTOMIZE)
    for path in _wrappers.interpreters(environment):
        variables = {
            "NIX_PYTHONPATH": shlex.quote(str(_wrappers.site_packages(environment))),
            "NIX_PYTHONPREFIX": shlex.quote(str(environment)),
            "NIX_PYTHONEXECUTABLE": shlex.quote(str(path)),
        }
        _wrappers.write_wrapper(path, base / "bin" / path.name, variables)
