"""What Debian's package manager knows of the files that it installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

#: Where it keeps a list of digests per package, as md5sum(1) has it.
DATABASE = "var/lib/dpkg/info"


def digests(root: Path, folders: Iterable[Path]) -> Mapping[str, str]:
    """The MD5 of each file that dpkg has put below *folders*, by its absolute path.

    *root* is where the system is; it is empty where dpkg is not at home. Configuration files are
    not among them, since they may change.
    """
    known: dict[str, str] = {}
    places = tuple(f"{str(folder).lstrip('/')}/" for folder in folders)
    for file in sorted((root / DATABASE).glob("*.md5sums")):
        for line in file.read_text(errors="replace").splitlines():
            digest, _, path = line.partition("  ")
            if path.startswith(places):
                known[f"/{path}"] = digest
    return known
