"""What is installed: wheels, unpacked once into the store through `installer`, or package trees.

A tree looks like the prefix it is meant for, as distributions keep packages; its programs may
have been wrapped. In the store `#!python` stays as wheels write it, entry points included: what
is unpacked does not know the environments it will be linked into.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import BuildError, Refused
from .interpreter import Interpreter
from .store import Store, digest_of

#: Raised when what is unpacked changes its shape, so that old stores are not read.
FORMAT = "2"

#: A wheel that unpacks to more than this many bytes is taken for a zip bomb.
LARGEST = 16 * 2**30


@dataclass(frozen=True)
class Package:
    """A distribution whose files lie in *folder*, named as in a prefix.

    *files* has for each path what it is: `#!python` for a script of a wheel, whose shebang pip
    would write, `#!` for another executable with a shebang, `x` for one without, `-> target`
    for a symbolic link, `/` for an empty folder, and nothing for the rest. *requires* holds the
    lines of its Requires-Dist.
    """

    name: str
    version: str
    origin: str
    folder: str
    files: dict[str, str]
    requires: list[str]
    requires_python: str
    tag: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.origin})"

    @property
    def key(self) -> str:
        """The normalised name of PEP 503."""
        return normalise(self.name)

    @property
    def record(self) -> str | None:
        """The path of its RECORD, if it has one."""
        return next((path for path in self.files if path.endswith(".dist-info/RECORD")), None)

    def read(self, path: str) -> bytes:
        """The content of its file *path*."""
        return Path(self.folder, path).read_bytes()


def normalise(name: str) -> str:
    """The name of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def load(path: Path, interpreter: Interpreter, store: Store) -> Package:
    """Return the wheel or the package tree at *path*, the wheel unpacked in the store.

    Raises `Refused` for a path that leaves the prefix, `BuildError` for what is broken.
    """
    if os.path.isdir(path) and path.suffix != ".whl":
        return _read_tree(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BuildError(f"{path}: {error.strerror}") from None
    words = path.name.removesuffix(".whl").split("-")
    if not path.name.endswith(".whl") or len(words) not in (5, 6):
        raise BuildError(f"{path}: not named as a wheel is")
    layout = dict(interpreter.scheme)
    layout["headers"] += f"/{words[0].replace('_', '-')}"
    key = digest_of(repr((FORMAT, path.name, layout, digest_of(content))).encode())
    folder = store.obtain(f"trees/{key}", lambda at: _unpack(path, layout, at))
    facts: dict[str, Any] = json.loads((folder / "package.json").read_bytes())
    tag = "-".join(words[-3:])
    return Package(origin=path.name, folder=f"{folder}/tree", tag=tag, **facts)


def _unpack(wheel: Path, layout: dict[str, str], at: Path) -> None:
    import keyword
    import zipfile

    import installer
    from installer.destinations import SchemeDictionaryDestination
    from installer.sources import WheelFile

    tree = at / "tree"
    kinds: dict[str, str] = {}

    class Destination(SchemeDictionaryDestination):
        """Where `installer` writes; notes which files are scripts of the wheel."""

        def write_to_fs(self, scheme: Any, path: str, stream: Any, is_executable: bool) -> Any:
            place = os.path.normpath(f"{layout[scheme]}/{path}")
            if place in kinds:
                raise Refused(f"{wheel.name}: two members of it are {place}")
            record = super().write_to_fs(scheme, path, stream, is_executable)
            kinds[place] = _kind(tree / place, script=scheme == "scripts")
            return record

        def write_script(self, name: str, module: str, attr: str, section: Any) -> Any:
            if "/" in name or name in (".", ".."):
                raise Refused(f"{wheel.name}: the entry point {name!r} leaves the prefix")
            words = f"{module}.{attr}".split(".")
            if not all(word.isidentifier() and not keyword.iskeyword(word) for word in words):
                raise BuildError(f"the entry point {name} is not module:attribute")
            return super().write_script(name, module, attr, section)

    places = {scheme: str(tree / path) for scheme, path in layout.items()}
    try:
        with zipfile.ZipFile(wheel) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise BuildError(f"unpacks to more than {LARGEST} bytes")
            for member in archive.infolist():
                name = member.filename
                if stat.S_ISLNK(member.external_attr >> 16):  # written as a file, as pip does
                    target = archive.read(member).decode()
                    name = os.path.normpath(os.path.join(os.path.dirname(name), target))
                folders = name.split("/")[:-1]
                if "" in folders or ".." in name.split("/") or "\n" in name:
                    raise Refused(f"{wheel.name}: the member {member.filename!r} leaves the prefix")
            source = WheelFile(archive)
            source.validate_record()
            listed = csv.reader(source.read_dist_info("RECORD").splitlines())
            if gone := {row[0] for row in listed if row} - set(archive.namelist()):
                raise BuildError(f"RECORD lists {min(gone)!r}, which is not there")
            tree.mkdir(parents=True)
            destination = Destination(places, "python", "posix")
            installer.install(source, destination, {"INSTALLER": b"envparity-reference\n"})
            facts = read_metadata(source.read_dist_info("METADATA"))
    except Refused:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BuildError(f"{wheel}: not a wheel that can be installed: {reason}") from None
    package = Package(**facts, origin="", folder=str(tree), files=kinds)
    if package.record:
        (tree / package.record).write_bytes(edit_record(package, {}))
    for path in tree.rglob("*"):
        path.chmod(0o755 if path.is_dir() or kinds[str(path.relative_to(tree))] else 0o644)
    (at / "package.json").write_text(json.dumps({**facts, "files": dict(sorted(kinds.items()))}))


def _read_tree(folder: Path) -> Package:
    kinds: dict[str, str] = {}
    for where, folders, names in os.walk(folder):
        for name in [*names, *folders]:
            place, at = Path(where, name), os.path.relpath(f"{where}/{name}", folder)
            mode = place.lstat().st_mode
            if stat.S_ISLNK(mode):
                target = os.readlink(place)
                lies = os.path.normpath(os.path.join(os.path.dirname(at), target))
                if lies.split("/")[0] in ("", ".."):
                    raise Refused(f"{folder}: the link {at} leaves the tree")
                kinds[at] = f"-> {target}"
            elif stat.S_ISREG(mode):
                if not os.access(place, os.R_OK):
                    raise BuildError(f"{place}: cannot be read")
                kinds[at] = _kind(place)
            elif not stat.S_ISDIR(mode):
                raise BuildError(f"{place}: neither a file nor a folder nor a link")
            elif not os.listdir(place):
                kinds[at] = "/"
    files = dict(sorted(kinds.items()))
    told = [path for path in files if path.endswith((".dist-info/METADATA", ".egg-info/PKG-INFO"))]
    text = f"Name: {folder.name}\nVersion: 0"
    if told:
        text = (folder / told[0]).read_text("utf-8", "replace")
    return Package(**read_metadata(text), origin=folder.name, folder=str(folder), files=files)


def _kind(path: Path, *, script: bool = False) -> str:
    """What *files* of a package says of this one."""
    with path.open("rb") as file:
        head = file.read(8)
    if script and head == b"#!python":
        return "#!python"
    if not script and not path.stat().st_mode & 0o111:
        return ""
    return "#!" if head.startswith(b"#!") else "x"


def read_metadata(text: str) -> dict[str, Any]:
    """What METADATA says that a builder has to know."""
    from email.parser import HeaderParser

    metadata = HeaderParser().parsestr(text)
    if not metadata["Name"] or not metadata["Version"]:
        raise BuildError("its METADATA has no Name or no Version")
    return {
        "name": metadata["Name"],
        "version": metadata["Version"],
        "requires": metadata.get_all("Requires-Dist", []),
        "requires_python": metadata["Requires-Python"] or "",
    }


def edit_record(package: Package, changed: dict[str, bytes | None]) -> bytes:
    """Return the RECORD of *package* with new contents of files, or None for dropped ones."""
    record = package.record or ""
    root = os.path.dirname(os.path.dirname(record))
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(package.read(record).decode())):
        content = changed.get(os.path.normpath(f"{root}/{row[0]}"), b"")
        if content:
            row[1:] = f"sha256={record_digest(content)}", str(len(content))
        if content is not None:
            rows.append(row)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(sorted(rows))  # in pip's order
    return out.getvalue().encode()


def record_digest(content: bytes) -> str:
    """The SHA-256 of *content* as RECORD spells it."""
    import base64
    import hashlib

    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
