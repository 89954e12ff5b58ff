"""bin/pythonX.Y: compile the launcher once per interpreter, name the environment in each copy."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from .errors import BuildError
from .interpreter import Interpreter
from .store import Store, digest_of

SOURCE = Path(__file__).with_name("launcher.c")

#: What the compiled program holds where the path of the environment will stand, and where that
#: of the folder with its libpython will.
MARK = b"@ENVIRONMENT@"
LONGEST = 4096
RUN_PATH = b"@RUN_PATH@".ljust(LONGEST + 255, b"@")

#: What a static base and a launcher linked from its archive must answer alike.
SAME_BUILD = (
    "import sys; print((sys.version, sys.builtin_module_names, sys.api_version, sys.hexversion,"
    " sys.maxsize, sys.maxunicode, sys.float_info, sys.getdlopenflags()))"
)


def make(interpreter: Interpreter, environment: Path, store: Store) -> bytes:
    """Return the program for bin/pythonX.Y of *environment*.

    Raises `BuildError` where no C compiler exists or the path is too long to be named.
    """
    path = bytes(environment)
    if len(path) >= LONGEST:
        raise BuildError(f"{environment}: longer than {LONGEST} bytes")
    files = [file.stat() for file in (interpreter.executable, interpreter.libpython) if file]
    facts = SOURCE.read_bytes(), interpreter, [(one.st_size, one.st_mtime_ns) for one in files]
    name = f"launchers/{digest_of(repr(facts).encode())}"
    compiled = store.obtain(name, lambda at: _compile(interpreter, at)).read_bytes()
    return _name_environment(compiled, path, interpreter)


def _name_environment(compiled: bytes, environment: bytes, interpreter: Interpreter) -> bytes:
    at = compiled.index(MARK + b"\0")
    named = compiled[:at] + environment.ljust(LONGEST, b"\0") + compiled[at + LONGEST :]
    if interpreter.libpython is None or interpreter.shares_prefix:
        return named
    folder = bytes(interpreter.libpython.parent.relative_to(interpreter.prefix))
    return named.replace(RUN_PATH, (environment + b"/" + folder).ljust(len(RUN_PATH), b"\0"))


def _compile(interpreter: Interpreter, program: Path) -> None:
    """Link with libpython as the base does; else from its archive; else execute the base."""
    linked = ["-DLINKED", *(f"-I{folder}" for folder in interpreter.include_folders)]
    if interpreter.libpython is not None:
        linked += [str(interpreter.libpython), *_run_path(interpreter)]
        return _run_compiler(interpreter, program, linked)
    if interpreter.archive is not None:
        with interpreter.executable.open("rb") as file:
            pie = file.read(18)[16] == 3  # ET_DYN
        linked += ["-pie" if pie else "-no-pie", str(interpreter.archive)]
        with contextlib.suppress(BuildError):
            _run_compiler(interpreter, program, [*linked, *interpreter.link_options])
            if _is_same_build(program, interpreter):
                return None
    with contextlib.suppress(BuildError):
        return _run_compiler(interpreter, program, ["-static"])
    return _run_compiler(interpreter, program, [])


def _run_compiler(interpreter: Interpreter, program: Path, options: list[str]) -> None:
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not compiler:
        raise BuildError(
            "no C compiler: install one as `cc` (Debian: apt install gcc libc6-dev;"
            " Fedora: dnf install gcc; Alpine: apk add gcc musl-dev) or name it in CC"
        )
    major, minor = interpreter.version[:2]
    threads = "t" if "t" in interpreter.abiflags else ""
    words = {
        "BASE_PREFIX": interpreter.prefix,
        "BASE_EXECUTABLE": interpreter.executable,
        "PROGRAM": f"bin/python{interpreter.minor}",
        "STDLIB": interpreter.stdlib,
        "ZIP": f"{os.path.dirname(interpreter.stdlib)}/python{major}{minor}{threads}.zip",
    }
    command = [compiler, "-O2", "-s", "-w", "-o", str(program), str(SOURCE)]
    command.append(f"-DVERSION={major << 8 | minor}")
    for name, word in words.items():
        escaped = re.sub(r'([\\"])', r"\\\1", str(word))
        command.append(f'-D{name}="{escaped}"')
    done = subprocess.run([*command, *options], capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if "error" in line), lines[-1])
        raise BuildError(f"the launcher for {interpreter.executable} does not compile: {reason}")


def _is_same_build(program: Path, interpreter: Interpreter) -> bool:
    """Does *program*, started as the base, say what the base says about itself?"""
    named = program.with_name("named")
    named.write_bytes(
        _name_environment(program.read_bytes(), bytes(interpreter.prefix), interpreter)
    )
    named.chmod(0o755)
    command = [str(interpreter.executable), "-E", "-s", "-S", "-B", "-c", SAME_BUILD]
    own, base = (
        subprocess.run(command, executable=executable, capture_output=True, env={}, check=False)
        for executable in (named, interpreter.executable)
    )
    return own.returncode == 0 and own.stdout == base.stdout


def _run_path(interpreter: Interpreter) -> list[str]:
    """Have libpython found in the environment, and before LD_LIBRARY_PATH where the base has.

    A base in /usr needs nobody to say where libraries are.
    """
    if interpreter.shares_prefix:
        return []
    dynamic = b""
    if readelf := shutil.which("readelf"):
        command = [readelf, "-d", str(interpreter.executable)]
        dynamic = subprocess.run(command, capture_output=True, check=False).stdout
    tags = "--disable-new-dtags" if b"(RPATH)" in dynamic else "--enable-new-dtags"
    return [f"-Wl,-rpath,{RUN_PATH.decode()}", f"-Wl,{tags}"]
