"""Wheels: unpacked once into the store through `installer`, laid out as the base lays them out.

In the store `#!python` stays as wheels write it, entry points included: what is unpacked does
not know the environments it will be linked into.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

import installer
from installer.destinations import WheelDestination
from installer.exceptions import InstallerError
from installer.records import Hash, RecordEntry
from installer.scripts import Script
from installer.sources import WheelFile
from installer.utils import Scheme, canonicalize_name, parse_wheel_filename

from .errors import BuildError, Refused
from .interpreter import Interpreter
from .store import Store

#: Raised when what is unpacked changes its shape, so that old stores are not read.
FORMAT = "1"

#: A wheel that unpacks to more than this many bytes is taken for a zip bomb.
LARGEST = 16 * 2**30


@dataclass(frozen=True)
class File:
    """One file of a package: *path* relative to the prefix, its content's digest and size.

    *program* is `#!python` for a script of the wheel, whose shebang pip would write, `#!`
    for another executable with a shebang, and empty for the rest.
    """

    path: str
    digest: str
    size: int
    executable: bool
    program: str = ""


@dataclass(frozen=True)
class Package:
    """A distribution, unpacked in *folder* of the store.

    *files* come in the order of their paths and include RECORD, at *record*.
    *requires* holds the lines of its Requires-Dist.
    """

    name: str
    version: str
    wheel: str
    folder: Path
    files: tuple[File, ...]
    record: str
    requires: tuple[str, ...]
    requires_python: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.wheel})"

    @property
    def key(self) -> str:
        """The normalised name of PEP 503."""
        return str(canonicalize_name(self.name))


def record_of(files: Iterable[File], record: str) -> bytes:
    """Return the RECORD at *record* that lists *files*, as pip writes it: sorted, relative."""
    root = PurePosixPath(record).parent.parent
    rows = [
        (os.path.relpath(file.path, root), f"sha256={file.digest}", str(file.size))
        for file in files
        if file.path != record
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows(sorted([*rows, (os.path.relpath(record, root), "", "")]))
    return out.getvalue().encode()


def digest_of(content: bytes) -> str:
    """The digest of *content* as RECORD spells it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def unpack(wheel: Path, interpreter: Interpreter, store: Store) -> Package:
    """Return what *wheel* holds, unpacked in the store.

    Raises `Refused` for a path that leaves the prefix, `BuildError` for a broken wheel.
    """
    try:
        content = wheel.read_bytes()
        parsed = parse_wheel_filename(wheel.name)
    except OSError as error:
        raise BuildError(f"{wheel}: {error.strerror}") from None
    except (InstallerError, ValueError):
        raise BuildError(f"{wheel}: not named as a wheel is") from None
    layout = {name: str(path) for name, path in interpreter.scheme.items()}
    project = parsed.distribution.replace("_", "-")
    layout["headers"] += f"/{project}"
    words = (FORMAT, wheel.name, sorted(layout.items()), hashlib.sha256(content).hexdigest())
    key = hashlib.sha256(repr(words).encode()).hexdigest()
    folder = store.obtain(f"trees/{key}", lambda at: _unpack(wheel, layout, at))
    facts = json.loads((folder / "package.json").read_bytes())
    return Package(
        name=facts["name"],
        version=facts["version"],
        wheel=wheel.name,
        folder=folder / "tree",
        files=tuple(File(*row) for row in facts["files"]),
        record=facts["record"],
        requires=tuple(facts["requires"]),
        requires_python=facts["requires_python"],
    )


def _unpack(wheel: Path, layout: dict[str, str], at: Path) -> None:
    destination = _Tree(at / "tree", layout, wheel.name)
    try:
        with zipfile.ZipFile(wheel) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise BuildError(f"{wheel}: unpacks to more than {LARGEST} bytes")
            for name in archive.namelist():
                if name.startswith("/") or ".." in name.split("/"):
                    raise Refused(f"{wheel.name}: the member {name!r} leaves the prefix")
            source = WheelFile(archive)
            source.validate_record()
            metadata = HeaderParser().parsestr(source.read_dist_info("METADATA"))
            installer.install(source, destination, {"INSTALLER": b"envparity-reference\n"})
    except BuildError:
        raise
    except (InstallerError, ValueError, LookupError, zipfile.BadZipFile, OSError) as error:
        raise BuildError(f"{wheel}: not a wheel that can be installed: {_line(error)}") from None
    except (AssertionError, NotImplementedError, RuntimeError, TypeError) as error:
        raise BuildError(f"{wheel}: not a wheel that can be installed: {_line(error)}") from None
    facts = {
        "name": metadata["Name"] or parse_wheel_filename(wheel.name).distribution,
        "version": metadata["Version"] or parse_wheel_filename(wheel.name).version,
        "record": destination.record,
        "requires": metadata.get_all("Requires-Dist", []),
        "requires_python": metadata["Requires-Python"] or "",
        "files": sorted(astuple(file) for file in destination.files),
    }
    (at / "package.json").write_text(json.dumps(facts))


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class _Tree(WheelDestination):
    """Where `installer` writes: a folder that looks like the prefix."""

    def __init__(self, folder: Path, layout: dict[str, str], wheel: str) -> None:
        self.folder = folder
        self.layout = layout
        self.wheel = wheel
        self.files: list[File] = []
        self.record = ""
        folder.mkdir(parents=True)

    def write_script(
        self, name: str, module: str, attr: str, section: Literal["console", "gui"]
    ) -> RecordEntry:
        if not name or "/" in name or name in (".", "..") or "\n" in name:
            raise Refused(f"{self.wheel}: the entry point {name!r} leaves the prefix")
        words = [*module.split("."), *attr.split(".")]
        if not all(word.isidentifier() for word in words):
            raise BuildError(f"{self.wheel}: the entry point {name} is not module:attribute")
        name, content = Script(name, module, attr, section).generate("python", "posix")
        return self._write("scripts", name, content, executable=True)

    def write_file(
        self, scheme: Scheme, path: str | os.PathLike[str], stream: BinaryIO, is_executable: bool
    ) -> RecordEntry:
        executable = is_executable or scheme == "scripts"
        return self._write(scheme, os.fspath(path), stream.read(), executable=executable)

    def finalize_installation(
        self,
        scheme: Scheme,
        record_file_path: str,
        records: Iterable[tuple[Scheme, RecordEntry]],
    ) -> None:
        self.record = str(PurePosixPath(self.layout[scheme], record_file_path))
        self._write(scheme, record_file_path, record_of(self.files, self.record), executable=False)

    def _write(self, scheme: str, path: str, content: bytes, *, executable: bool) -> RecordEntry:
        place = PurePosixPath(self.layout[scheme], path)
        if ".." in place.parts or place.is_absolute() or "\n" in path or "\0" in path:
            raise Refused(f"{self.wheel}: the member {path!r} leaves the prefix")
        target = self.folder / place
        if target.exists():
            raise Refused(f"{self.wheel}: two members of it are {place}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755 if executable else 0o644)
        digest = digest_of(content)
        shebang = "#!" if executable and content.startswith(b"#!") else ""
        program = shebang and "#!python" if scheme == "scripts" else shebang
        self.files.append(File(str(place), digest, len(content), executable, program))
        return RecordEntry(path, Hash("sha256", digest), len(content))
