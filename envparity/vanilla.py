"""The oracle: the interpreter itself, with the packages really installed in it.

With namespaces, vanilla is the interpreter *at its own prefix*: the packages are laid out in a
layer, and in a private mount namespace the layer is laid over the prefix. A relocated copy would
keep its compiled-in prefix, and a symlink farm is what is under test. The interpreter's own
site-packages are hidden, so that vanilla means the standard library and the scenario's packages.

Without namespaces there is only the relocated copy, and scenarios that need the true prefix
(`needs = ["true-prefix"]`) are skipped by name.
"""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

from envparity.cache import Cache, digest, digest_of_files
from envparity.environment import Environment
from envparity.sandbox import Bind, Mount, Overlay

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter
    from envparity.package import Wheel

#: Changes with what this module lays out.
LAYOUT = digest_of_files(Path(__file__))


def vanilla_environment(
    interpreter: Interpreter, wheels: Sequence[Wheel], cache: Cache, *, namespaces: bool
) -> Environment:
    """Vanilla with *wheels* installed, as a cell sees it."""
    name = digest(interpreter.fingerprint, LAYOUT, *(wheel.digest for wheel in wheels))
    if not namespaces:
        pristine = cache.tree(
            "relocated",
            digest(interpreter.fingerprint, LAYOUT),
            lambda folder: copy_interpreter(interpreter, folder),
        )
        final = Environment.at(cache.folder / "copies" / name, interpreter)
        cache.tree(
            "copies",
            name,
            lambda folder: install_in_copy(interpreter, wheels, pristine, folder, final),
        )
        return final
    layer = cache.tree("layers", name, lambda folder: lay_out(interpreter, wheels, folder))
    tree = layer / interpreter.prefix.relative_to("/")
    overlay = Overlay(interpreter.prefix, (tree, interpreter.prefix))
    return Environment.at(
        interpreter.prefix,
        interpreter,
        mounts=(overlay, *_site_mounts(interpreter, layer)),
    )


def bare_base(interpreter: Interpreter, cache: Cache) -> tuple[Mount, ...]:
    """What hides the base's own packages from an environment made from it.

    Vanilla has none of them either; whatever the user once installed into the base must not
    decide about parity.
    """
    layer = cache.tree(
        "layers",
        digest(interpreter.fingerprint, LAYOUT),
        lambda folder: lay_out(interpreter, (), folder),
    )
    return _site_mounts(interpreter, layer)


def _site_mounts(interpreter: Interpreter, layer: Path) -> tuple[Mount, ...]:
    return tuple(
        Bind(Path(site), layer / Path(site).relative_to("/"))
        for site in interpreter.site_packages
        if Path(site).is_dir()
    )


def lay_out(interpreter: Interpreter, wheels: Sequence[Wheel], layer: Path) -> None:
    """Install *wheels* below *layer*, each file at its absolute path, as pip would have.

    Programs of packages that are hidden are hidden as well (overlayfs's whiteouts, which any
    user may make since Linux 5.8).
    """
    for site in map(Path, interpreter.site_packages):
        # A folder that is not there is not on sys.path either: the layer must not add it.
        if site.is_dir():
            (layer / site.relative_to("/")).mkdir(parents=True, exist_ok=True)
    for wheel in wheels:
        install_wheel(wheel, interpreter.paths, interpreter.executable, layer)
    for program in foreign_programs(interpreter):
        whiteout = layer / program.relative_to("/")
        if not whiteout.exists():
            whiteout.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(PermissionError):
                os.mknod(whiteout, stat.S_IFCHR, os.makedev(0, 0))


def install_wheel(wheel: Wheel, paths: Mapping[str, str], python: Path, destdir: Path) -> None:
    """Install *wheel* into *paths* below *destdir*, as *python*'s pip does with `--no-compile`.

    A file that two wheels bring is the last one's: pip neither merges nor refuses.
    """
    scheme = {key: paths[key] for key in ("purelib", "platlib", "scripts", "data")}
    # pip gives every distribution a folder of its own for headers (pip/_internal/locations).
    scheme["headers"] = f"{paths['include']}/{wheel.name}"
    destination = SchemeDictionaryDestination(
        scheme_dict=scheme,
        interpreter=str(python),
        script_kind="posix",
        destdir=str(destdir),
        overwrite_existing=True,
    )
    with WheelFile.open(wheel.path) as source:
        install(source, destination, additional_metadata={"INSTALLER": b"pip\n"})


def hidden_packages(interpreter: Interpreter) -> tuple[str, ...]:
    """The names in the interpreter's own site-packages that the oracle hides, sorted."""
    names: set[str] = set()
    for site in interpreter.site_packages:
        with contextlib.suppress(OSError):
            names.update(entry.name for entry in os.scandir(site) if entry.name != "__pycache__")
    return tuple(sorted(names))


def foreign_programs(interpreter: Interpreter) -> list[Path]:
    """Programs in the prefix that belong to packages, by those packages' RECORD files.

    A prefix shared with the system is left alone: there, a distribution's package manager put
    them, without RECORD.
    """
    programs = []
    for site in map(Path, interpreter.site_packages):
        for record in sorted(site.glob("*.dist-info/RECORD")):
            with record.open(encoding="utf-8", newline="") as rows:
                for row in csv.reader(rows):
                    if row and row[0].startswith("../"):
                        path = Path(os.path.normpath(site / row[0]))
                        if path.parent == interpreter.executable.parent:
                            programs.append(path)
    return programs


def copy_interpreter(interpreter: Interpreter, folder: Path) -> None:
    """Copy what belongs to *interpreter*, without its packages and its own test suite."""
    prefix = interpreter.prefix
    skipped = {Path(site) for site in interpreter.site_packages}
    skipped |= {Path(interpreter.paths["stdlib"]) / name for name in ("test", "idlelib")}

    def ignore(where: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(where, name) in skipped or name == "__pycache__"]

    bin_folder = folder / interpreter.executable.parent.relative_to(prefix)
    bin_folder.mkdir(parents=True)
    for name in interpreter.programs:
        with contextlib.suppress(FileNotFoundError):
            shutil.copy2(
                interpreter.executable.parent / name, bin_folder / name, follow_symlinks=False
            )
    for key in ("stdlib", "include"):
        source = Path(interpreter.paths[key])
        if source.is_dir():
            shutil.copytree(
                source, folder / source.relative_to(prefix), symlinks=True, ignore=ignore
            )
    for site in map(Path, interpreter.site_packages):
        if site.is_dir():
            (folder / site.relative_to(prefix)).mkdir(parents=True, exist_ok=True)


def install_in_copy(
    interpreter: Interpreter,
    wheels: Sequence[Wheel],
    pristine: Path,
    folder: Path,
    final: Environment,
) -> None:
    """Give *wheels* to a copy of our own copy in *folder*, which will be at *final*'s prefix.

    Its files are hard links to our copy's, which every copy shares: a cell without namespaces
    is not contained, and the report says so.
    """
    shutil.copytree(pristine, folder, symlinks=True, copy_function=os.link, dirs_exist_ok=True)
    moved = {
        key: str(final.prefix / Path(path).relative_to(interpreter.prefix))
        for key, path in interpreter.paths.items()
    }
    draft = folder / ".packages"
    for wheel in wheels:
        install_wheel(wheel, moved, final.python, draft)
    installed = draft / final.prefix.relative_to("/")
    if installed.is_dir():
        shutil.copytree(installed, folder, dirs_exist_ok=True)
    shutil.rmtree(draft, ignore_errors=True)
