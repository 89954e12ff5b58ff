"""The whole of it, in order: ask, unpack, check, plan, write, rename."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from . import base, interpreter, packages, requirements, scripts, wrapping
from .errors import BuildError
from .interpreter import Interpreter
from .packages import File, Package
from .store import Store
from .tree import Piece, Tree

LINK_MODES = ("symlink", "hardlink", "copy")


def build(
    executable: Path,
    wheels: Sequence[Path],
    output: Path,
    *,
    link_mode: str = "symlink",
    store: Store | None = None,
) -> None:
    """Make the environment *output* of the interpreter *executable* and the *wheels*.

    Raises `Refused`, `Unsupported` or `BuildError`, and then nothing is at *output*.
    """
    output = Path(os.path.normpath(output.absolute()))
    _check_output(output)
    store = store or Store()
    python = interpreter.ask(executable)
    unpacked = [packages.unpack(wheel, python, store) for wheel in wheels]
    requirements.check(unpacked, python)
    tree = plan(python, unpacked, output, store)
    if link_mode != "symlink":
        base.copied(tree, python, store)
    _write(tree, output, link_mode, store)


def plan(python: Interpreter, unpacked: Sequence[Package], output: Path, store: Store) -> Tree:
    """Return the plan of the environment *output*; nothing is written there."""
    tree = Tree()
    base.add(tree, python, output, store)
    for package in {package.key: package for package in unpacked}.values():
        add_package(tree, package, python, output)
    base.reroot(tree, python, output)
    base.compile_python2(tree, python, output)
    return tree


def add_package(tree: Tree, package: Package, python: Interpreter, output: Path) -> None:
    """Plan the files of *package*, with this environment's interpreter in its programs."""
    programs = adapt_programs(package, python, output)
    files: list[File] = []
    pieces: list[Piece] = []
    for file in package.files:
        content = programs.get(file.path)
        if file.path in programs and content is None:
            continue
        source = package.folder / file.path
        solid = PurePosixPath(file.path).parent in (python.scheme["scripts"], PurePosixPath("bin"))
        piece = Piece(package, source, content, executable=file.executable, solid=solid)
        piece.digest = file.digest
        if content is not None:
            piece.digest = packages.digest_of(content)
        size = file.size if content is None else len(content)
        files.append(replace(file, digest=piece.digest, size=size))
        pieces.append(piece)
    for file, piece in zip(files, pieces, strict=True):
        if programs and file.path == package.record:
            piece.content = packages.record_of(files, package.record)
        tree.add(PurePosixPath(file.path), piece)


def adapt_programs(package: Package, python: Interpreter, output: Path) -> dict[str, bytes | None]:
    """What this environment has to say in place of files of *package*; None drops one.

    A program that was wrapped (`foo` beside `.foo-wrapped`, with a preamble) is unwrapped: in the
    place of `foo` where that did nothing else, and in its own otherwise.
    """
    changed: dict[str, bytes | None] = {}
    for file in package.files:
        if not file.program:
            continue
        content = (package.folder / file.path).read_bytes()
        if file.program == "#!python" or not content.startswith(b"#!python"):
            adapted = scripts.rewrite(content, python, output)
            if adapted != content:
                changed[file.path] = adapted
    paths = {file.path for file in package.files}
    for file in package.files:
        folder, _, name = file.path.rpartition("/")
        plain = f"{folder}/{name[1 : -len('-wrapped')]}"
        if name.startswith(".") and name.endswith("-wrapped") and plain in paths:
            original = unwrap_program((package.folder / file.path).read_bytes())
            if original is not None:
                program = scripts.rewrite(original, python, output)
                if passes_through((package.folder / plain).read_bytes(), name):
                    changed[plain], changed[file.path] = program, None
                else:
                    changed[file.path] = program
    return changed


def passes_through(wrapper: bytes, name: str) -> bool:
    """Tell whether *wrapper* is a shell script that does nothing but execute *name* beside it.

    One that sets a variable or passes an argument stays, and so does what is no shell script.
    """
    shebang, _, rest = wrapper.partition(b"\n")
    if not re.fullmatch(rb"#! ?/(?:usr/)?bin/(?:env )?(?:ba|da)?sh(?: -e)?", shebang):
        return False
    lines = [line.strip() for line in rest.splitlines()]
    said = [line for line in lines if line and not line.startswith(b"#")]
    command = rb'exec (?:-a "\$0" )?"[^;&|]*/' + re.escape(os.fsencode(name)) + rb'" "\$@"'
    return len(said) == 1 and re.fullmatch(command, said[0]) is not None


def unwrap_program(source: bytes) -> bytes | None:
    """The program behind all of its preambles, or None when it has none."""
    found = None
    while (original := wrapping.unwrap(source)) is not None:
        found = source = original
    return found


def _check_output(output: Path) -> None:
    if os.path.lexists(output):
        raise BuildError(f"{output}: already exists")
    if not output.parent.is_dir():
        raise BuildError(f"{output.parent}: no such folder to build the environment in")
    if not os.access(output.parent, os.W_OK | os.X_OK):
        raise BuildError(f"{output.parent}: not writable")


def _write(tree: Tree, output: Path, link_mode: str, store: Store) -> None:
    try:
        with store.workspace() as workspace:
            if _is_one_mount(workspace, output):
                tree.write(workspace / "environment", link_mode)
                (workspace / "environment").rename(output)
            else:
                _write_beside(tree, output, link_mode)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and os.path.lexists(output):
            raise BuildError(f"{output}: already exists") from None
        raise BuildError(f"{output}: cannot be written: {error.strerror}") from None


def _is_one_mount(workspace: Path, output: Path) -> bool:
    """Can a folder be renamed from *workspace* to *output*? Two mounts may share a device."""
    probe = workspace / "probe"
    target = output.with_name(f".{output.name}.{workspace.name}")
    probe.mkdir()
    try:
        probe.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        return False
    target.rmdir()
    return True


def _write_beside(tree: Tree, output: Path, link_mode: str) -> None:
    """For an output on another file system than the store, where it cannot be renamed to."""
    workspace = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    try:
        tree.write(workspace / "environment", link_mode)
        (workspace / "environment").rename(output)
    finally:
        shutil.rmtree(workspace, ignore_errors=True)
