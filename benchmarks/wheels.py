"""The wheels of wheels.txt: downloaded once, the smallest closed set of them, unpacked."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import installer
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from envparity.interpreter import Interpreter

LIST = Path(__file__).with_suffix(".txt")


def pinned() -> list[str]:
    """The lines `name==version` of the list."""
    lines = LIST.read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def download(python: Path, folder: Path, names: Sequence[str]) -> list[Path]:
    """The pinned wheels in *folder*; pip fetches what is missing, for the interpreter *python*."""
    folder.mkdir(parents=True, exist_ok=True)
    present = {}
    for wheel in folder.glob("*.whl"):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        present[name, version] = wheel
    pins = [(canonicalize_name(name), Version(pin)) for name, pin in (n.split("==") for n in names)]
    missing = [f"{name}=={version}" for name, version in pins if (name, version) not in present]
    if missing:
        print(f"downloading {len(missing)} wheels, once", flush=True)
        command = [str(python), "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary=:all:", "--dest", str(folder), *missing]
        if subprocess.run(command, check=False).returncode:
            raise SystemExit("the wheels cannot be downloaded")
        return download(python, folder, names)
    return [present[pin] for pin in pins]


def requirements(wheel: Path, environment: dict[str, str]) -> list[Requirement]:
    """What *wheel* requires in *environment* when no extra is asked for."""
    with ZipFile(wheel) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode())
    every = map(Requirement, metadata.get_all("Requires-Dist") or [])
    return [one for one in every if not one.marker or one.marker.evaluate(environment)]


def smallest(wheels: Iterable[Path], count: int, version: str) -> list[Path]:
    """The *count* smallest wheels of those that hold each other's requirements."""
    minor = ".".join(version.split(".")[:2])
    environment = {"python_version": minor, "python_full_version": version, "extra": ""}
    pool = sorted(wheels, key=lambda wheel: (wheel.stat().st_size, wheel.name))
    needs = {wheel: requirements(wheel, environment) for wheel in pool}
    while True:
        chosen = pool[:count]
        parsed = (parse_wheel_filename(wheel.name) for wheel in chosen)
        versions = {name: version for name, version, _, _ in parsed}

        def holds(one: Requirement, versions: dict[Any, Version] = versions) -> bool:
            found = versions.get(canonicalize_name(one.name))
            return found is not None and one.specifier.contains(found, prereleases=True)

        lacking = [wheel for wheel in chosen if not all(map(holds, needs[wheel]))]
        if not lacking:
            return chosen
        pool = [wheel for wheel in pool if wheel not in lacking]


def unpack(wheels: Sequence[Path], python: Interpreter, folder: Path) -> list[Path]:
    """One tree for every wheel, laid out as *python* has it, as stow and nixpkgs expect them."""
    trees = []
    for wheel in wheels:
        tree = folder / "-".join(wheel.name.split("-")[:2])
        keys = ("purelib", "platlib", "scripts", "data")
        scheme = {k: str(tree / Path(python.paths[k]).relative_to(python.prefix)) for k in keys}
        scheme["headers"] = str(tree / "include")
        with WheelFile.open(wheel) as source:
            target = SchemeDictionaryDestination(scheme, str(python.executable), "posix")
            installer.install(source, target, {})
        trees.append(tree)
    return trees
