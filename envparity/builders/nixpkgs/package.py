"""Install a wheel as nixpkgs does: `WHEEL OUT INTERPRETER SITE`.

Run by Nix with the host's Python, which has pypa's `installer`, as nixpkgs' install hook has. SITE
is relative to OUT.
"""

from __future__ import annotations

import sys
from pathlib import Path

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile


def main() -> None:
    """Install the wheel."""
    wheel, out, interpreter, site = sys.argv[1:]
    version = Path(site).parent.name
    with WheelFile.open(Path(wheel)) as source:
        destination = SchemeDictionaryDestination(
            scheme_dict={
                "purelib": f"{out}/{site}",
                "platlib": f"{out}/{site}",
                "scripts": f"{out}/bin",
                "data": out,
                "headers": f"{out}/include/{version}/{source.distribution}",
            },
            interpreter=interpreter,
            script_kind="posix",
        )
        install(source, destination, additional_metadata={})


if __name__ == "__main__":
    main()
