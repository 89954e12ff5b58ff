"""bin/pythonX.Y: compile the launcher once per interpreter, name the environment in each copy."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from .errors import BuildError
from .interpreter import Interpreter
from .store import Store

SOURCE = Path(__file__).with_name("launcher.c")

#: What the compiled program holds where the path of the environment will stand.
MARK = b"@ENVIRONMENT@"
LONGEST = 4096

#: What a static base and a launcher linked with the libpython beside it must answer alike.
SAME_BUILD = (
    "import sys; print((sys.version, sys.builtin_module_names, sys.api_version, sys.hexversion,"
    " sys.maxsize, sys.maxunicode, sys.float_info, sys.getdlopenflags()))"
)


def make(interpreter: Interpreter, environment: Path, store: Store) -> bytes:
    """Return the program for bin/pythonX.Y of *environment*.

    Raises `BuildError` where no C compiler exists or the path is too long to be named.
    """
    path = os.fsencode(environment)
    if len(path) >= LONGEST:
        raise BuildError(f"{environment}: longer than {LONGEST} bytes")
    program = store.obtain(f"launchers/{_key(interpreter)}", lambda at: _compile(interpreter, at))
    return _name_environment(program.read_bytes(), path)


def _name_environment(compiled: bytes, environment: bytes) -> bytes:
    at = compiled.index(MARK + b"\0")
    padding = bytes(LONGEST - len(environment))
    return compiled[:at] + environment + padding + compiled[at + LONGEST :]


def _key(interpreter: Interpreter) -> str:
    digest = hashlib.sha256(SOURCE.read_bytes() + SAME_BUILD.encode())
    digest.update(repr((interpreter, _compiler())).encode())
    for path in filter(None, (interpreter.executable, interpreter.libpython)):
        status = path.stat()
        digest.update(repr((path, status.st_size, status.st_mtime_ns)).encode())
    return digest.hexdigest()


def _compiler() -> str:
    found = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc")
    if not found:
        raise BuildError(
            "no C compiler: install one as `cc` (Debian: apt install gcc libc6-dev;"
            " Fedora: dnf install gcc; Alpine: apk add gcc musl-dev) or name it in CC"
        )
    return found


def _compile(interpreter: Interpreter, program: Path) -> None:
    if interpreter.libpython is not None:
        run_path = _keeps_old_run_path(interpreter)
        options = [
            "-DLINKED",
            *(f"-I{folder}" for folder in interpreter.include_folders),
            str(interpreter.libpython),
            f"-Wl,-rpath,{interpreter.libpython.parent}",
            "-Wl,--disable-new-dtags" if run_path else "-Wl,--enable-new-dtags",
        ]
        if interpreter.linked:
            _run_compiler(interpreter, program, options)
            return
        try:
            _run_compiler(interpreter, program, options)
            if _answers(program, interpreter) == _answers(interpreter.executable, interpreter):
                return
        except BuildError:
            pass  # no headers for a library that is not needed: execute the static program
    try:
        _run_compiler(interpreter, program, ["-static"])
    except BuildError:
        _run_compiler(interpreter, program, [])


def _run_compiler(interpreter: Interpreter, program: Path, options: list[str]) -> None:
    major, minor = interpreter.version[:2]
    threads = "t" if "t" in interpreter.abiflags else ""
    words = {
        "BASE_PREFIX": interpreter.prefix,
        "BASE_EXECUTABLE": interpreter.executable,
        "PROGRAM": f"bin/python{interpreter.minor}",
        "STDLIB": interpreter.stdlib,
        "ZIP": interpreter.stdlib.parent / f"python{major}{minor}{threads}.zip",
    }
    quoted = (str(word).replace("\\", "\\\\").replace('"', '\\"') for word in words.values())
    defines = [f'-D{name}="{word}"' for name, word in zip(words, quoted, strict=True)]
    command = [_compiler(), "-O2", "-s", "-w", "-o", str(program), str(SOURCE)]
    defines.append(f"-DVERSION={major << 8 | minor}")
    done = subprocess.run([*command, *defines, *options], capture_output=True, check=False)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        reason = next((line for line in lines if "error" in line), lines[-1])
        raise BuildError(f"the launcher for {interpreter.executable} does not compile: {reason}")


def _answers(program: Path, interpreter: Interpreter) -> bytes:
    """What *program*, started as the base, says about itself."""
    if program != interpreter.executable:
        named = _name_environment(program.read_bytes(), os.fsencode(interpreter.prefix))
        program = program.with_name("named")
        program.write_bytes(named)
        program.chmod(0o755)
    command = [str(interpreter.executable), "-E", "-s", "-S", "-B", "-c", SAME_BUILD]
    done = subprocess.run(
        command, executable=program, capture_output=True, env={}, cwd="/", check=False
    )
    return done.stdout if done.returncode == 0 else str(program).encode()


def _keeps_old_run_path(interpreter: Interpreter) -> bool:
    """Does the base record RPATH, which beats LD_LIBRARY_PATH, and not RUNPATH?"""
    if not interpreter.linked or not (readelf := shutil.which("readelf")):
        return False
    command = [readelf, "-d", str(interpreter.executable)]
    return b"(RPATH)" in subprocess.run(command, capture_output=True, check=False).stdout
