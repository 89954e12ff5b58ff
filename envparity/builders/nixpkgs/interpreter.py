"""Make a package of an interpreter: `BASE OUT EXECUTABLE PATCHELF [SITECUSTOMIZE]`.

Run by Nix with the host's Python. OUT becomes a copy of what belongs to the interpreter at the
prefix BASE, without its packages and its own tests; files that record the prefix as text name OUT.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

#: Programs in `bin` that are the interpreter's own.
PROGRAMS = re.compile(r"(python|pydoc|idle|2to3|pyvenv)[\w.-]*|smtpd\.py")

#: Files that record the prefix; `{}` is the folder of the standard library.
RECORDS = (
    "bin/*",
    "lib/pkgconfig/*.pc",
    "{}/_sysconfigdata*.py",
    "{}/build-details.json",
    "{}/config*/*",
)


def copy(base: Path, out: Path, library: str) -> None:
    """Copy the interpreter at *base* with the standard library *library* to *out*."""
    unwanted = {base / library / "site-packages", base / library / "test"}

    def ignore(where: str, names: list[str]) -> list[str]:
        folder = Path(where)
        return [
            name
            for name in names
            if folder / name in unwanted
            or name == "__pycache__"
            or name.endswith((".pyc", ".pyo"))
            or (folder == base / "bin" and not PROGRAMS.fullmatch(name))
        ]

    for name in ("bin", "include", "lib", "share"):
        if (base / name).is_dir():
            shutil.copytree(base / name, out / name, symlinks=True, ignore=ignore)
    (out / library / "site-packages").mkdir()


def reroot(base: Path, out: Path, library: str) -> None:
    """Let files that record the prefix *base* name *out* instead."""
    prefix = re.compile(re.escape(os.fsencode(base)) + rb"(?![\w.-])")
    for pattern in RECORDS:
        for path in out.glob(pattern.format(library)):
            if path.is_file() and not path.is_symlink():
                old = path.read_bytes()
                new = old if b"\0" in old else prefix.sub(os.fsencode(out), old)
                if new != old:
                    path.write_bytes(new)


def relink(out: Path, patchelf: str) -> None:
    """Let programs that are linked with a libpython find the copy's."""
    if not list((out / "lib").glob("libpython*.so*")):
        return
    for path in (out / "bin").iterdir():
        with path.open("rb") as file:
            is_program = file.read(4) == b"\x7fELF" and not path.is_symlink()
        if is_program:
            path.chmod(0o755)
            subprocess.run([patchelf, "--set-rpath", str(out / "lib"), str(path)], check=True)


def main() -> None:
    """Make the package."""
    base, out, executable, patchelf, *customize = sys.argv[1:]
    library = f"lib/{executable}"
    copy(Path(base), Path(out), library)
    reroot(Path(base), Path(out), library)
    relink(Path(out), patchelf)
    for file in customize:
        shutil.copyfile(file, Path(out, library, "site-packages", "sitecustomize.py"))
    # Nix gives every file of its store this time; bytecode records its source's.
    for where, folders, names in os.walk(out):
        for name in (*folders, *names):
            os.utime(Path(where, name), (1, 1), follow_symlinks=False)
    program = str(Path(out, "bin", executable))
    # Some templates in the standard library are no Python: it says so and goes on.
    subprocess.run([program, "-E", "-m", "compileall", "-q", str(Path(out, "lib"))], check=False)


if __name__ == "__main__":
    main()
