"""Check that what a wheel requires is there: `WHEEL`."""

import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version

from packaging.requirements import Requirement

with zipfile.ZipFile(sys.argv[1]) as wheel:
    (name,) = [one for one in wheel.namelist() if one.endswith(".dist-info/METADATA")]
    lines = wheel.read(name).decode().splitlines()

for line in lines:
    if line.startswith("Requires-Dist: "):
        wanted = Requirement(line.partition(": ")[2])
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            sys.exit(f"{wanted.name} not installed")
        if found not in wanted.specifier:
            sys.exit(f"{wanted} not satisfied by version {found}")
