"""A .pth file of the builder's imports a module of its own at every start.

virtualenv and uv patched distutils with `_virtualenv.pth`, setuptools with
`distutils-precedence.pth`: each start imports what no program asked for
(https://github.com/pypa/virtualenv/issues/1682, https://github.com/astral-sh/uv/issues/6426,
https://github.com/pypa/setuptools/issues/3006).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "imports a module of its own at every start"
CAUGHT_BY = "identity/start-up-modules"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add the file and the module."""
    module = _wrappers.site_packages(environment) / "_environment_hook.py"
    module.write_text("import contextlib\n")
    _wrappers.add_path_file(environment, "_environment_hook", "import _environment_hook")
