"""Options behind `#!python` stay, where pip drops them.

setup.py did so and pip does not; whoever moves from one to the other gets a program that behaves
differently (https://github.com/pypa/pip/issues/3758, https://github.com/pypa/pip/issues/10661).
What an installation is, here, is what pip installs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "keeps the options in shebangs that pip drops"
CAUGHT_BY = "scripts/options-behind-python"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the options of the wheels' scripts back into the shebangs."""
    for path, source in _wrappers.scripts_of_wheels(environment, request):
        shebang, end, body = path.read_bytes().partition(b"\n")
        options = re.match(rb"#!pythonw?((?: -\w+)+)\n", source)
        if options and shebang.startswith(b"#!" + bytes(environment)):
            path.write_bytes(shebang + options[1] + end + body)
