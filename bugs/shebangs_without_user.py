"""Programs start the interpreter with `-s`, so that the user's own packages stay out.

Fedora's `%py3_shebang_fix` and rpmbuild. A program whose optional parts the user installs for
himself no longer finds them: Ansible had to turn it off
(https://github.com/ansible/ansible/pull/62565; also
https://github.com/redhat-performance/tuned/pull/600).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "adds -s to the shebangs of programs"
CAUGHT_BY = "isolation/user-site"

HEADER = "#!{python} -s\n"


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Add the option to every shebang."""
    _wrappers.replace_shebangs(environment, HEADER)
