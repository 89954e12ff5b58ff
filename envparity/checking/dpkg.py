"""What Debian's package manager knows of the files that it installed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from envparity.digests import md5sums

#: Where it keeps a list of digests per package, as md5sum(1) has it.
DATABASE = "var/lib/dpkg/info"


def digests(root: Path, folders: Iterable[Path]) -> Mapping[str, str]:
    """The MD5 of each file that dpkg has put below *folders*, by its absolute path.

    *root* is where the system is; it is empty where dpkg is not at home. Configuration files are
    not among them, since they may change.
    """
    known: dict[str, str] = {}
    places = tuple(f"{str(folder).lstrip('/')}/" for folder in folders)
    for record in sorted((root / DATABASE).glob("*.md5sums")):
        known |= {f"/{path}": md5 for path, md5 in md5sums(record) if path.startswith(places)}
    return known
