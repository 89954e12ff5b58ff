"""Packages: a folder that looks like the prefix it lands in, turned into a wheel.

The wheel follows the binary distribution format
(https://packaging.python.org/en/latest/specifications/binary-distribution-format/)
closely enough for the pip of every CPython from 2.7 on, and is the same bytes every
time: members are sorted, stored and dated alike, and compiled code records neither
paths nor times.

The folder's name is the distribution's. What stands after an `@` is none of it:
`greeter@2` is a second `greeter`, for scenarios that ask for two versions of it.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import sysconfig
import tempfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import attrs
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.tags import parse_tag
from packaging.version import InvalidVersion, Version

from envparity.compiler import Binary, compile_binaries, read_binaries, words
from envparity.document import Document, nearest
from envparity.errors import CorpusError
from envparity.scenario import tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from envparity.interpreter import Interpreter

_KEYS = (
    "version", "requires", "console-scripts", "entry-points", "python", "tag",
    "substitute", "extensions", "programs", "libraries",
)  # fmt: skip
#: Where the folders of a package land in a wheel; `{data}` is its `.data` directory.
_HOMES = {
    "lib": "",
    "bin": "{data}/scripts/",
    "share": "{data}/data/share/",
    "etc": "{data}/data/etc/",
    "data": "{data}/data/",
    "include": "{data}/headers/",
}
_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
#: `module:object`, where a plugin may name the module alone.
_OBJECT = re.compile(rf"{_MODULE.pattern}(:{_MODULE.pattern})?")
#: https://packaging.python.org/en/latest/specifications/entry-points/#file-format
_ENTRY_POINT = re.compile(r"[^\s=\[]([^=\n]*[^\s=])?")
_TAG = re.compile(r"[\w.]+-[\w.]+-[\w.]+")
#: Any date that every time zone can put into a zip file; 1980 began in some of them only later.
_DATE = (2000, 1, 1, 0, 0, 0)


@attrs.frozen
class Wheel:
    """A wheel that was built: *requires* as in Requires-Dist, *digest* the file's SHA-256."""

    path: Path
    name: str
    version: str
    requires: tuple[str, ...]
    digest: str

    def save(self) -> None:
        """Write what is known of it beside it, for `load`."""
        known = [self.path.name, self.name, self.version, self.requires, self.digest]
        (self.path.parent / "wheel.json").write_text(json.dumps(known))

    @classmethod
    def load(cls, folder: Path) -> Wheel:
        """The wheel that was saved in *folder*."""
        file, name, version, requires, digest = json.loads((folder / "wheel.json").read_text())
        return cls(folder / file, name, version, tuple(requires), digest)


@attrs.frozen
class Package:
    """A package folder as it was read: package.toml, and the files by relative name."""

    folder: Path
    files: Mapping[str, Path]
    version: str
    requires: tuple[str, ...]
    entry_points: Mapping[str, Mapping[str, str]]
    python: str | None
    tag: str | None
    substitute: tuple[str, ...]
    binaries: tuple[Binary, ...]

    @property
    def name(self) -> str:
        """The distribution's name."""
        return distribution_name(self.folder)

    @property
    def manifest(self) -> Path:
        """Where its package.toml is, or the folder where there is none."""
        return self.files.get("package.toml", self.folder)

    @property
    def needs(self) -> tuple[str, ...]:
        """What compiling it takes, in the words of a scenario's `needs`."""
        kinds = {binary.kind for binary in self.binaries}
        return (*(["cc"] if kinds else []), *(["headers"] if "extensions" in kinds else []))

    @property
    def stem(self) -> str:
        """`name-version` as in the names of wheels and `.dist-info` directories.

        https://packaging.python.org/en/latest/specifications/binary-distribution-format/#escaping-and-unicode
        """
        return f"{re.sub(r'[-_.]+', '_', self.name).lower()}-{self.version}"

    @property
    def is_shared(self) -> bool:
        """Whether the wheel is the same for every interpreter."""
        return not self.binaries and not self.substitute


def distribution_name(folder: Path) -> str:
    """Return the name of the distribution that *folder* is: its own, up to an `@`."""
    return folder.name.partition("@")[0]


def wheel_is_shared(folder: Path, *, files: Mapping[str, Path] | None = None) -> bool:
    """Tell whether the wheel of *folder* is the same for every interpreter.

    Raise CorpusError as `build_wheel` does.
    """
    return load_package(folder, files=files).is_shared


def load_package(folder: Path, *, files: Mapping[str, Path] | None = None) -> Package:
    """Read a package folder; raise CorpusError, the first there is, if it makes no wheel."""
    package, errors = read_package(folder, files=files)
    if errors:
        raise errors[0]
    return package


def read_package(
    folder: Path, *, files: Mapping[str, Path] | None = None
) -> tuple[Package, list[CorpusError]]:
    """Read a package folder, with every error there is in it.

    *files* stands for what lies in the folder where a case's file takes a place there
    (`Scenario.files`).
    """
    if files is None:
        files = tree(folder)
    errors: list[CorpusError] = []
    manifest = files.get("package.toml")
    document = Document(folder / "package.toml", "")
    if manifest is not None:
        try:
            document = Document.read(manifest)
        except CorpusError as error:
            errors.append(error)
    if not all(_NAME.fullmatch(part) for part in folder.name.split("@", 1)):
        hint = "letters, digits and `.-_`, as the core metadata says of `Name`"
        errors.append(CorpusError("no name for a distribution", hint=hint, path=folder))
    if not files:
        hint = "a lib/ or a bin/, or a package.toml for metadata alone"
        errors.append(CorpusError("an empty package", hint=hint, path=folder))
    document.check_keys(_KEYS)
    package = Package(
        folder=folder,
        files=files,
        version=_checked(document, "version", lambda text: str(Version(text))) or "1.0",
        requires=_read_requires(document),
        entry_points=_read_entry_points(document),
        python=_checked(document, "python", lambda text: str(SpecifierSet(text))) or None,
        tag=_checked(document, "tag", _wheel_tag),
        substitute=document.strings("substitute"),
        binaries=read_binaries(document, files),
    )
    for index, name in enumerate(package.substitute):
        if name not in files:
            hint = nearest(name, files)
            document.complain(f"no such file: `{name}`", "substitute", index, hint=hint)
    errors += document.errors
    errors += _check_files(package)
    return package, errors


def _checked(document: Document, key: str, parse: Callable[[str], str]) -> str | None:
    """Return the string at *key* as *parse* makes it; complain if that refuses it."""
    text = document.get(str, "", key)
    try:
        return parse(text) if key in document.data else None
    except (InvalidVersion, InvalidSpecifier, ValueError):
        hint = {"version": "PEP 440", "python": "PEP 440", "tag": "PEP 425"}[key]
        document.complain(f"no {key}: `{text}`", key, hint=f"see {hint}")
        return None


def _wheel_tag(text: str) -> str:
    if not _TAG.fullmatch(text):
        raise ValueError(text)
    return text


def _read_requires(document: Document) -> tuple[str, ...]:
    found = []
    for index, text in enumerate(document.strings("requires")):
        try:
            found.append(str(Requirement(text)))
        except InvalidRequirement:
            document.complain(f"no requirement: `{text}`", "requires", index, hint="see PEP 508")
    return tuple(found)


def _read_entry_points(document: Document) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    groups: list[tuple[str, tuple[str, ...]]] = [("console_scripts", ("console-scripts",))]
    for group in document.get(dict, {}, "entry-points"):
        groups.append((group, ("entry-points", group)))
    for group, place in groups:
        for name in document.get(dict, {}, *place):
            target = document.get(str, "", *place, name)
            if not _ENTRY_POINT.fullmatch(name):
                document.complain(f"no name for an entry point: `{name}`", *place, name)
            if not _OBJECT.fullmatch(target):
                document.complain(f"no object: `{target}`", *place, name, hint="module:function")
            found.setdefault(group, {})[name] = target
    return found


def _check_files(package: Package) -> Iterator[CorpusError]:
    """Yield an error for each file that a wheel cannot hold, or has no place for."""
    taken: dict[str, str] = {}
    for name, path in package.files.items():
        top = name.split("/", 1)[0]
        if path.is_symlink():
            hint = "wheels have none; let a step make it"
            yield CorpusError("a symlink in a package", hint=hint, path=path)
        elif not path.is_file():
            yield CorpusError("neither a file nor a folder", path=path)
        elif any("\udc80" <= letter <= "\udcff" for letter in name):
            yield CorpusError("a file name that is not UTF-8", path=path)
        elif re.match(r"lib/[^/]+\.(dist-info|data)/", name):
            hint = "package.toml says what the metadata is"
            yield CorpusError(f"`{name}` is for the wheel to write", hint=hint, path=path)
        elif top in _HOMES and name != top:
            if (twin := taken.setdefault(_place(package, name), name)) != name:
                yield CorpusError(f"`{name}` takes the place of `{twin}`", path=path)
        elif name != "package.toml" and not name.startswith("src/"):
            hint = nearest(top, (*_HOMES, "src", "package.toml"))
            yield CorpusError(f"no place for `{name}` in a package", hint=hint, path=path)
    for binary in package.binaries:
        name = binary.output
        home, *rest = PurePosixPath(name).parts
        if home not in _HOMES or not rest or ".." in rest:
            hint = f"a file in {', '.join(f'{home}/' for home in _HOMES)}"
            yield CorpusError(f"no place for `{name}`", hint=hint, path=package.manifest)
        elif (place := _place(package, name)) in taken:
            message = f"`{name}`, which is compiled, takes the place of `{taken[place]}`"
            yield CorpusError(message, path=package.manifest)
        else:
            taken[place] = name


def build_wheel(
    folder: Path,
    *,
    interpreter: Interpreter,
    destination: Path,
    files: Mapping[str, Path] | None = None,
) -> Wheel:
    """Build the wheel of a package folder in the folder *destination*.

    *files* is as for `read_package`. Raise CorpusError if the folder makes no wheel or
    its sources do not compile, and UsageError if there is no C compiler to try with.
    """
    package = load_package(folder, files=files)
    tag = package.tag or wheel_tag(package, interpreter)
    members = _members(package, interpreter)
    members.update(_metadata(package, tag))
    data = _archive(members, f"{package.stem}.dist-info/")
    path = destination / f"{package.stem}-{tag}.whl"
    with tempfile.NamedTemporaryFile(dir=destination, delete=False) as part:
        part.write(data)
    Path(part.name).chmod(0o644)
    Path(part.name).replace(path)
    digest = hashlib.sha256(data).hexdigest()
    return Wheel(path, package.name, package.version, package.requires, digest)


def wheel_tag(package: Package, interpreter: Interpreter) -> str:
    """Return the tag with which *interpreter*'s own pip accepts the package.

    Pure packages fit every Python. What is made for one interpreter says so
    (PEP 425): `cp312-cp312`, with the ABI flags in the ABI's tag, as SOABI has them
    (`cp37m`, `cp313t`). CPython 2.7 has no SOABI, and whether it is `cp27m` or
    `cp27mu` is decided by the width of its characters, so there it is `none`, which
    pip accepts besides. The platform is the one that the compiler makes code for:
    `linux_x86_64`, without the promise that manylinux is (PEP 600).
    """
    if package.is_shared:
        return "py2.py3-none-any"
    python = f"cp{interpreter.minor.replace('.', '')}"
    abi = f"{python}{interpreter.abiflags}" if python != "cp27" else "none"
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    return f"{python}-{abi}-{platform}"


@attrs.frozen
class _Member:
    data: bytes
    executable: bool = False


def _members(package: Package, interpreter: Interpreter) -> dict[str, _Member]:
    """Return the files of the wheel by their names there, without its metadata."""
    members: dict[str, _Member] = {}
    replaced = words(interpreter)
    for name, path in package.files.items():
        if name.startswith("src/") or name == "package.toml":
            continue
        data = path.read_bytes()
        if name in package.substitute:
            for word, value in replaced.items():
                data = data.replace(word.encode(), os.fsencode(value))
        # pip makes every script executable, whatever the wheel says.
        executable = name.startswith("bin/") or os.access(path, os.X_OK)
        members[_place(package, name)] = _Member(data, executable)
    if package.binaries:
        made = compile_binaries(package.binaries, package.files, interpreter, folder=package.folder)
        for name, data in made.items():
            members[_place(package, name)] = _Member(data, executable=True)
    return members


def _place(package: Package, name: str) -> str:
    home, rest = name.split("/", 1)
    return _HOMES[home].format(data=f"{package.stem}.data") + rest


def _metadata(package: Package, tag: str) -> dict[str, _Member]:
    info = f"{package.stem}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {package.name}", f"Version: {package.version}"]
    if package.python is not None:
        metadata.append(f"Requires-Python: {package.python}")
    metadata += [f"Requires-Dist: {requirement}" for requirement in package.requires]
    pure = not any(binary.kind == "extensions" for binary in package.binaries)
    wheel = ["Wheel-Version: 1.0", "Generator: envparity", f"Root-Is-Purelib: {str(pure).lower()}"]
    wheel += [f"Tag: {one}" for one in sorted(map(str, parse_tag(tag)))]
    written = {f"{info}/METADATA": metadata, f"{info}/WHEEL": wheel}
    if package.entry_points:
        lines = written[f"{info}/entry_points.txt"] = []
        for group, objects in sorted(package.entry_points.items()):
            lines += [f"[{group}]", *(f"{name} = {objects[name]}" for name in sorted(objects))]
    return {name: _Member("\n".join([*lines, ""]).encode()) for name, lines in written.items()}


def _archive(members: Mapping[str, _Member], info: str) -> bytes:
    """Return the zip file: sorted, metadata last as PEP 427 recommends, RECORD at the end.

    Members are stored and not compressed: zlib's output differs between its versions.
    """
    record = io.StringIO()
    writer = csv.writer(record, lineterminator="\n")
    ordered = dict(sorted(members.items(), key=lambda item: (item[0].startswith(info), item[0])))
    for name, member in ordered.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(member.data).digest()).decode()
        writer.writerow([name, f"sha256={digest.rstrip('=')}", len(member.data)])
    writer.writerow([f"{info}RECORD", "", ""])
    ordered[f"{info}RECORD"] = _Member(record.getvalue().encode())
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, member in ordered.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.create_system = 3
            entry.external_attr = (0o100755 if member.executable else 0o100644) << 16
            archive.writestr(entry, member.data)
    return whole.getvalue()
