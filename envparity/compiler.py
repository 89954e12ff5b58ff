"""The compiler: C sources of a package turned into programs, libraries and extensions.

The same sources are the same bytes every time. Nothing of the place or the hour of the build gets
into them, as https://reproducible-builds.org/docs/ recommends.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import attrs

from envparity.document import Document, nearest
from envparity.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from envparity.interpreter import Interpreter

#: Seconds that compiling one binary may take.
COMPILE_SECONDS = 120

_ERROR = re.compile(r"(?m)^(?P<file>[^:\n]+):(?P<line>\d+):.*?error: (?P<message>.+)$")


@attrs.frozen
class Binary:
    """What is compiled: *sources* with *flags* into *output*, a place in the package folder.

    *kind* is one of `libraries`, `extensions` and `programs`. The output of an extension
    has no suffix: the interpreter names it.
    """

    kind: str
    output: str
    sources: tuple[str, ...]
    flags: tuple[str, ...] = ()


def read_binaries(document: Document, files: Mapping[str, Path]) -> tuple[Binary, ...]:
    """Return what a package.toml has compiled of *files*; complain in *document*.

    Libraries come first, since the others may link with them. A source in `src/` that is not
    listed is a program.
    """
    listed: list[Binary] = []
    for kind, output in (("libraries", "{}"), ("extensions", "lib/{}"), ("programs", "bin/{}")):
        for name in document.get(dict, {}, kind):
            place = (kind, name)
            document.check_keys(("sources", "flags"), *place)
            sources = document.strings(*place, "sources")
            if not sources:
                document.complain(f"`{name}` without sources", *place, hint='sources = ["src/…c"]')
            for index, source in enumerate(sources):
                if source not in files or not source.startswith("src/"):
                    known = [file for file in files if file.startswith("src/")]
                    hint = nearest(source, known) if known else "sources are in src/"
                    where = (*place, "sources", index)
                    document.complain(f"no such source: `{source}`", *where, hint=hint)
            if kind == "extensions" and not _is_module(name):
                document.complain(f"no name for a module: `{name}`", *place)
            path = name.replace(".", "/") if kind == "extensions" else name
            flags = document.strings(*place, "flags")
            listed.append(Binary(kind, output.format(path), sources, flags))
    used = {source for binary in listed for source in binary.sources}
    for name in files:
        path = PurePosixPath(name)
        if path.match("src/*.c") and len(path.parts) == 2 and name not in used:
            listed.append(Binary("programs", f"bin/{path.stem}", (name,)))
    return tuple(listed)


def _is_module(name: str) -> bool:
    return all(part.isidentifier() for part in name.split("."))


def words(interpreter: Interpreter) -> dict[str, str]:
    """Return what `@WORD@` stands for in `substitute` files and in compiler flags."""
    return {
        "@PYTHON@": str(interpreter.executable),
        "@PREFIX@": str(interpreter.prefix),
        "@LIBDIR@": interpreter.config_vars.get("LIBDIR") or f"{interpreter.prefix}/lib",
        "@LDVERSION@": interpreter.config_vars.get("LDVERSION") or interpreter.minor,
    }


def compile_binaries(
    binaries: Sequence[Binary],
    files: Mapping[str, Path],
    interpreter: Interpreter,
    *,
    folder: Path,
) -> dict[str, bytes]:
    """Return the compiled files by their place in the package folder *folder*.

    *files* are those of the folder by relative name; what is in `src/` is compiled. Raise
    CorpusError if that fails, and UsageError if there is no C compiler to try with.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        hint = "install gcc or clang; on Debian and Ubuntu: apt install build-essential"
        raise UsageError("no C compiler: there is no `cc` on PATH", hint=hint)
    made = {}
    with tempfile.TemporaryDirectory(prefix="envparity-cc-") as temporary:
        place = Path(temporary)
        for name, path in files.items():
            if name.startswith("src/"):
                copy = place / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        for binary in binaries:
            output = binary.output
            if binary.kind == "extensions":
                output += interpreter.config_vars.get("EXT_SUFFIX") or ".so"
            (place / output).parent.mkdir(parents=True, exist_ok=True)
            command = [compiler, *_arguments(binary, interpreter, place), "-o", output]
            _run(command, place, files, folder)
            made[output] = (place / output).read_bytes()
    return made


def _arguments(binary: Binary, interpreter: Interpreter, place: Path) -> list[str]:
    """Return the compiler's arguments. Names are relative: the code then holds no path."""
    flags = list(binary.flags)
    for word, value in words(interpreter).items():
        flags = [flag.replace(word, value) for flag in flags]
    includes = (interpreter.paths.get(key) for key in ("include", "platinclude"))
    return [
        "-O1", "-g0", "-fPIC", "-Werror=date-time",
        f"-ffile-prefix-map={place}=.", "-Wl,--build-id=none",
        *(f"-I{path}" for path in dict.fromkeys(includes) if path),
        *(["-shared"] if binary.kind != "programs" else []),
        *binary.sources, *flags,
    ]  # fmt: skip


def _run(command: list[str], place: Path, files: Mapping[str, Path], folder: Path) -> None:
    """Run the compiler in *place*; say what it complains of in terms of *files*."""
    environment = {**os.environ, "LC_ALL": "C", "TMPDIR": str(place)}
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            cwd=place,
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=COMPILE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        message = f"the compiler took more than {COMPILE_SECONDS} seconds"
        raise CorpusError(message, path=folder) from None
    if done.returncode == 0:
        return
    said = done.stderr.decode(errors="replace")
    if found := _ERROR.search(said):
        path = files.get(found["file"], folder)
        hint = '`needs = ["headers"]`' if "Python.h" in found["message"] else None
        line = int(found["line"])
        raise CorpusError(f"does not compile: {found['message']}", path=path, line=line, hint=hint)
    lines = [line for line in said.splitlines() if re.search("error|undefined|cannot", line)]
    message = next(iter([*lines, *said.splitlines()]), f"exit status {done.returncode}")
    raise CorpusError(f"does not compile: {message}", path=folder)
