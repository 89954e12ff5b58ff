"""What the base interpreter says about itself: the only facts the reference builds on."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .errors import BuildError, Unsupported
from .store import Store, digest_of

#: Runs on CPython 2.7 to 3.15, without `site`, and prints one JSON object.
PROBE = r"""
import json, os, re, site, sys, sysconfig
library = re.compile(r'/.*/libpython[0-9.]+[a-z]*\.so.*')
with open('/proc/self/maps') as maps:
    mapped = [match.group(0) for match in map(library.search, maps) if match]
variable, paths = sysconfig.get_config_var, sysconfig.get_paths()
archive = os.path.join(variable('LIBPL') or '', variable('LIBRARY') or 'none')
options = ' '.join(variable(n) or '' for n in ('LINKFORSHARED', 'MODLIBS', 'LIBS', 'SYSLIBS'))
prefix = getattr(sys, 'base_prefix', sys.prefix)
try:
    libc = os.confstr('CS_GNU_LIBC_VERSION').split()
except (AttributeError, ValueError):  # not GNU's
    libc = []
below = lambda path: os.path.relpath(path, prefix)
headers = [path for path in map(variable, ('INCLUDEPY', 'CONFINCLUDEPY')) if path]
places = dict((name, below(paths[name])) for name in ('purelib', 'platlib', 'scripts', 'data'))
print(json.dumps({
    'implementation': getattr(sys, 'implementation', None) and sys.implementation.name or 'cpython',
    'version': list(sys.version_info[:3]),
    'full_version': sys.version.split()[0],
    'executable': sys.executable,
    'prefix': prefix,
    'exec_prefix': getattr(sys, 'base_exec_prefix', sys.exec_prefix),
    'libpython': mapped[0] if mapped else None,
    'archive': archive if os.path.isfile(archive) else None,
    'link_options': options.split(),
    'abiflags': getattr(sys, 'abiflags', ''),
    'wide_unicode': sys.maxunicode > 65535,
    'glibc': [int(part) for part in libc[-1].split('.')[:2]] if libc else [],
    'platform': sysconfig.get_platform().replace('-', '_').replace('.', '_'),
    'stdlib': below(paths['stdlib']),
    'scheme': dict(places, headers=below((headers or [paths['include']])[0])),
    'site_packages': [below(path) for path in site.getsitepackages()],
    'include_folders': sorted(set(headers)),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A CPython installation, asked rather than assumed.

    *stdlib* and every path in *scheme* and *site_packages* are relative to *prefix*.
    *libpython* is the shared library that the program has mapped; a static program may have an
    *archive*, from which it can be linked again with the *link_options*.
    """

    executable: Path
    prefix: Path
    version: tuple[int, int, int]
    full_version: str
    libpython: Path | None
    archive: Path | None
    link_options: list[str]
    abiflags: str
    wide_unicode: bool
    platform: str
    glibc: list[int]
    stdlib: str
    scheme: dict[str, str]
    site_packages: list[str]
    include_folders: list[str]

    @property
    def minor(self) -> str:
        """The version as folders and programs spell it, such as ``3.12``."""
        return f"{self.version[0]}.{self.version[1]}"

    @property
    def shares_prefix(self) -> bool:
        """Does the prefix belong to the system, so that most paths below it are not Python's?"""
        return str(self.prefix) in ("/", "/usr", "/usr/local")

    @cached_property
    def programs(self) -> list[Path]:
        """The programs in its bin that are the interpreter's own: itself, and tools of its own.

        Not pip, nor anything else that was installed there, nor what is of another version.
        """
        version = rf"({re.escape(self.minor)}|{self.version[0]})?({self.abiflags})?"
        tools = rf"(pydoc|idle|2to3-?|pyvenv-?|pdb|pygettext)({version})|smtpd(\.py|{version}\.py)"
        name = re.compile(rf"{tools}|([\w.-]+-)?python{version}-(config|gdb\.py)")
        mark = b"#!" + os.fsencode(self.executable.parent) + b"/python"
        return sorted(
            path for path in self.executable.parent.iterdir()
            if path in self.pythons or (name.fullmatch(path.name) and path.is_file()
            and (self.minor in path.resolve().name or path.read_bytes().startswith(mark)))
        )  # fmt: skip

    @cached_property
    def pythons(self) -> frozenset[Path]:
        """Every name under which this interpreter can be started in its bin."""
        names = ("python", f"python{self.version[0]}", f"python{self.minor}")
        every = {
            self.executable.parent / (name + end) for name in names for end in ("", self.abiflags)
        }
        return frozenset(path for path in every if path.exists() and path.samefile(self.executable))


def ask(executable: Path, store: Store) -> Interpreter:
    """Return what the interpreter says, which is started once and remembered until it changes.

    Raises `BuildError` when it cannot be started, `Unsupported` for anything but CPython
    2.7 or 3.6 and later with one prefix.
    """
    try:
        status = executable.stat()
    except OSError as error:
        raise BuildError(f"{executable}: cannot be asked about itself: {error.strerror}") from None
    words = (str(executable), PROBE, status.st_ino, status.st_size, status.st_mtime_ns)
    key = digest_of(repr((*words, status.st_ctime_ns)).encode())
    answer = store.obtain(f"interpreters/{key}", lambda at: _ask(executable, at))
    facts = json.loads(answer.read_bytes())
    version = tuple(facts["version"])
    if facts.pop("implementation") != "cpython" or version < (2, 7) or (3,) < version < (3, 6):
        raise Unsupported(f"{executable}: only CPython 2.7 and 3.6 or later can be a base")
    prefix = facts["prefix"]
    if facts.pop("exec_prefix") != prefix:
        raise Unsupported(f"{executable}: its exec_prefix is not its prefix")
    for path in (facts["stdlib"], *facts["scheme"].values(), *facts["site_packages"]):
        if path.startswith(".."):
            raise Unsupported(f"{executable}: it keeps {path} outside of its prefix")
    # The pythonX.Y in the prefix's bin, where that is the program that was asked.
    usual = Path(prefix, "bin", f"python{version[0]}.{version[1]}")
    if usual.exists() and usual.samefile(executable):
        facts["executable"] = usual
    names = ("prefix", "executable", "libpython", "archive")
    paths = {name: facts[name] and Path(facts[name]) for name in names}
    return Interpreter(**{**facts, **paths, "version": version})


def _ask(executable: Path, answer: Path) -> None:
    clean = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
    command = [str(executable), "-E", "-s", "-S", "-B", "-c", PROBE]
    try:
        done = subprocess.run(
            command, env=clean, cwd="/", capture_output=True, check=True, timeout=60
        )
        facts = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        said = (getattr(error, "stderr", None) or b"").decode(errors="replace").strip()
        reason = (said.splitlines() or [str(error)])[-1]
        raise BuildError(f"{executable}: cannot be asked about itself: {reason}") from error
    answer.write_text(json.dumps(facts))
