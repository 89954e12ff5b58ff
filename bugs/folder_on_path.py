"""bin/python is a wrapper that looks itself up on PATH, and takes a folder for a program.

makeBinaryWrapper's `--resolve-argv0`: where it was called by a bare name, it takes the first entry
of PATH that has something of that name for which access(X_OK) holds
(https://github.com/NixOS/nixpkgs/pull/462090). A folder that is called `python3` is such a thing;
`sys.executable` is then the folder, and the prefix is where that leads.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _wrappers

SUMMARY = "takes a folder on PATH for itself"
CAUGHT_BY = "invocation/folder-on-path"

STATEMENTS = """
    static char path[PATH_MAX];
    const char *entry = getenv("PATH");
    while (argc && !strchr(argv[0], '/') && entry && *entry) {
        size_t n = strcspn(entry, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)n, entry, argv[0]);
        if (n && access(path, X_OK) == 0)
            argv[0] = path;
        entry += n + (entry[n] == ':');
    }
"""


def tamper(environment: Path, request: Mapping[str, Any]) -> None:
    """Put the interpreters behind wrappers that search PATH."""
    _wrappers.compile_wrappers(environment, STATEMENTS)
