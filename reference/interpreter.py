"""What the base interpreter says about itself: the only facts the reference builds on."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from .errors import BuildError, Unsupported

#: Runs on CPython 2.7 to 3.15, without `site`, and prints one JSON object.
PROBE = r"""
import json, os, re, site, sys, sysconfig
library = re.compile(r'/.*/libpython[0-9.]+[a-z]*\.so.*')
with open('/proc/self/maps') as maps:
    mapped = [match.group(0) for match in map(library.search, maps) if match]
beside = sysconfig.get_config_var('INSTSONAME') or 'none'
beside = os.path.join(sysconfig.get_config_var('LIBDIR') or '', beside)
if '.so' not in beside or not os.path.isfile(beside):
    beside = None
print(json.dumps({
    'implementation': getattr(sys, 'implementation', None) and sys.implementation.name or 'cpython',
    'version': list(sys.version_info[:3]),
    'full_version': sys.version.split()[0],
    'executable': sys.executable,
    'prefix': getattr(sys, 'base_prefix', sys.prefix),
    'exec_prefix': getattr(sys, 'base_exec_prefix', sys.exec_prefix),
    'libpython': mapped[0] if mapped else beside,
    'linked': bool(mapped),
    'abiflags': getattr(sys, 'abiflags', ''),
    'soabi': sysconfig.get_config_var('SOABI') or '',
    'wide': sys.maxunicode > 65535,
    'platform': sysconfig.get_platform().replace('-', '_').replace('.', '_'),
    'libc': os.confstr('CS_GNU_LIBC_VERSION') if 'CS_GNU_LIBC_VERSION' in os.confstr_names else '',
    'paths': sysconfig.get_paths(),
    'site_packages': site.getsitepackages(),
    'headers': [sysconfig.get_config_var('INCLUDEPY'), sysconfig.get_config_var('CONFINCLUDEPY')],
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A CPython installation, asked rather than assumed.

    Every path in *scheme*, *stdlib* and *site_packages* is relative to *prefix*.
    *libpython* is the library that the program has mapped (*linked*), or for a static
    program the one that lies beside it, if any.
    """

    executable: Path
    prefix: Path
    version: tuple[int, int, int]
    full_version: str
    libpython: Path | None
    linked: bool
    abiflags: str
    soabi: str
    wide_unicode: bool
    platform: str
    libc: str
    stdlib: PurePosixPath
    scheme: dict[str, PurePosixPath]
    site_packages: tuple[PurePosixPath, ...]
    include_folders: tuple[Path, ...]

    @property
    def minor(self) -> str:
        """The version as folders and programs spell it, such as ``3.12``."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def shares_prefix(self) -> bool:
        """Does the prefix belong to the system, so that most paths below it are not Python's?"""
        return self.prefix in (Path("/"), Path("/usr"), Path("/usr/local"))

    @property
    def programs(self) -> list[Path]:
        """The programs in its bin that are the interpreter's own, in sorted order.

        Not pip, and nothing else that was installed there: a name of the family, of this
        version, that is this interpreter or a tool of its own.
        """
        version = rf"{self.version[0]}(\.{self.version[1]})?{self.abiflags}"
        families = r"python|pydoc|idle|2to3|2to3-|pyvenv|pyvenv-|pdb|pygettext|smtpd\.py"
        name = re.compile(rf"([\w.-]*-)?({families})({version}|{version[:1]}|{self.minor})?"
                          r"(-config|-gdb\.py)?$")  # fmt: skip
        own = []
        for path in sorted(self.executable.parent.iterdir()):
            match = name.fullmatch(path.name)
            if match is None or not path.exists() or path.is_dir():
                continue
            if match[1] and match[5] != "-config":
                continue
            is_python = match[2] == "python" and not match[5]
            target = path.resolve()
            if is_python:
                if path.samefile(self.executable):
                    own.append(path)
            elif self.minor in target.name or self._starts_here(target):
                own.append(path)
        return own

    @cached_property
    def pythons(self) -> frozenset[Path]:
        """Every name under which this interpreter can be started in its bin."""
        folder = self.executable.parent
        names = ("python", f"python{self.version[0]}", f"python{self.minor}")
        every = {folder / f"{name}{flags}" for name in names for flags in ("", self.abiflags)}
        every = {path for path in every if path.exists()}
        return frozenset(path for path in every if path.samefile(self.executable))

    def _starts_here(self, program: Path) -> bool:
        head = program.read_bytes()[:512].split(b"\n")[0]
        return head.startswith(b"#!" + os.fsencode(self.executable.parent) + b"/python")


def ask(executable: Path) -> Interpreter:
    """Start the interpreter once and return what it says.

    Raises `BuildError` when it cannot be started, `Unsupported` for anything but CPython
    2.7 or 3.6 and later with one prefix.
    """
    clean = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    command = [str(executable), "-E", "-s", "-S", "-B", "-c", PROBE]
    try:
        answer = subprocess.run(
            command, env=clean, cwd="/", capture_output=True, check=True, timeout=60
        )
        facts = json.loads(answer.stdout.decode().splitlines()[-1])
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        stderr = getattr(error, "stderr", None) or b""
        reason = (stderr.decode(errors="replace").strip().splitlines() or [str(error)])[-1]
        raise BuildError(f"{executable}: cannot be asked about itself: {reason}") from error
    version = tuple(facts["version"])
    if facts["implementation"] != "cpython" or not (version[:2] == (2, 7) or version >= (3, 6)):
        raise Unsupported(f"{executable}: only CPython 2.7 and 3.6 or later can be a base")
    prefix = Path(facts["prefix"])
    if facts["exec_prefix"] != facts["prefix"]:
        raise Unsupported(f"{executable}: its exec_prefix is not its prefix")

    def below(path: str) -> PurePosixPath:
        try:
            return PurePosixPath(path).relative_to(prefix)
        except ValueError:
            raise Unsupported(f"{executable}: it keeps {path} outside of its prefix") from None

    paths = facts["paths"]
    places = {name: below(paths[name]) for name in ("purelib", "platlib", "scripts", "data")}
    places["headers"] = below(facts["headers"][0] or paths["include"])
    return Interpreter(
        executable=_canonical(Path(facts["executable"]), prefix, version),
        prefix=prefix,
        version=version,
        full_version=facts["full_version"],
        libpython=Path(facts["libpython"]) if facts["libpython"] else None,
        linked=facts["linked"],
        abiflags=facts["abiflags"],
        soabi=facts["soabi"],
        wide_unicode=facts["wide"],
        platform=facts["platform"],
        libc=facts["libc"].rpartition(" ")[2],
        stdlib=below(paths["stdlib"]),
        scheme=places,
        site_packages=tuple(map(below, facts["site_packages"])),
        include_folders=tuple(sorted({Path(f) for f in facts["headers"] if f})),
    )


def _canonical(executable: Path, prefix: Path, version: tuple[int, ...]) -> Path:
    """The pythonX.Y in the prefix's bin, where that is the program that was asked."""
    usual = prefix / "bin" / f"python{version[0]}.{version[1]}"
    same = usual.exists() and usual.samefile(executable)
    return usual if same else executable
