"""The whole of it, in order: ask, unpack, check, plan, write, rename."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from . import base, interpreter, packages, requirements, scripts, wrapping
from .errors import BuildError
from .interpreter import Interpreter
from .packages import Package
from .store import Store, draft
from .tree import Piece, Tree

LINK_MODES = ("symlink", "folders", "hardlink", "copy")


def build(
    executable: Path,
    inputs: Sequence[Path],
    output: Path,
    *,
    link_mode: str = "symlink",
    priorities: Sequence[int] = (),
    store: Store | None = None,
) -> None:
    """Make the environment *output* of the interpreter *executable*, wheels and package trees.

    *priorities* are those of the *inputs*, 0 for all unless given; the lower one wins.
    Raises `Refused`, `Unsupported` or `BuildError`, and then nothing is at *output*.
    """
    output, store = Path(os.path.abspath(output)), store or Store()
    if os.path.lexists(output):
        raise BuildError(f"{output}: already exists")
    python = interpreter.ask(executable, store)
    unpacked = [packages.load(path, python, store) for path in inputs]
    requirements.check(unpacked, python)
    tree = plan(python, unpacked, output, store, priorities or [0] * len(unpacked))
    try:
        with draft(output) as new:
            tree.write(str(new), link_mode)
            new.rename(output)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST) and os.path.lexists(output):
            raise BuildError(f"{output}: already exists") from None
        raise BuildError(f"{output}: cannot be written: {error.strerror}") from None


def plan(
    python: Interpreter,
    unpacked: Sequence[Package],
    output: Path,
    store: Store,
    priorities: Sequence[int],
) -> Tree:
    """Return the plan of the environment *output*; nothing is written there."""
    tree = Tree()
    base.add(tree, python, output, store)
    added = {one.key: (rank, one) for one, rank in zip(unpacked, priorities, strict=True)}
    # In an order of their own, so that the order in which they are given makes no difference.
    for priority, package in sorted(added.values(), key=lambda pair: (pair[0], pair[1].key)):
        add_package(tree, package, priority, python, output)
    base.reroot(tree, python, output)
    return tree


def add_package(
    tree: Tree, package: Package, priority: int, python: Interpreter, output: Path
) -> None:
    """Plan the files of *package*, with this environment's interpreter in its programs."""
    changed = adapt_programs(package, python, output)
    if changed and package.record:
        changed[package.record] = packages.edit_record(package, changed)
    programs = (python.scheme["scripts"], "bin")
    for path, kind in package.files.items():
        content = changed.get(path)
        if path in changed and content is None:
            tree.own.add(os.path.dirname(path))
            continue
        if kind == "/":
            tree.folder(path)
            continue
        piece = Piece(package, f"{package.folder}/{path}", content, priority=priority)
        if kind.startswith("-> "):
            piece.link = kind[3:]
        else:
            piece.executable, piece.solid = bool(kind), path.rpartition("/")[0] in programs
        tree.add(path, piece)


def adapt_programs(package: Package, python: Interpreter, output: Path) -> dict[str, bytes | None]:
    """What this environment has to say in place of files of *package*; None drops one.

    A program that was wrapped (`foo` beside `.foo-wrapped`, with a preamble) is unwrapped: in the
    place of `foo` where that did nothing else, and in its own otherwise.
    """
    changed: dict[str, bytes | None] = {}
    for path, kind in package.files.items():
        if not kind.startswith("#!"):
            continue
        content = package.read(path)
        if kind == "#!python" or not content.startswith(b"#!python"):
            adapted = scripts.rewrite(content, python, output)
            if adapted != content:
                changed[path] = adapted
    for plain, path in wrapped_programs(package):
        original = unwrap_program(package.read(path))
        if original is not None:
            program = scripts.rewrite(original, python, output)
            if passes_through(package.read(plain), os.path.basename(path)):
                changed[plain], changed[path] = program, None
            else:
                changed[path] = program
    return changed


def wrapped_programs(package: Package) -> Iterator[tuple[str, str]]:
    """The paths `foo` and `.foo-wrapped` of each program of *package* that was wrapped."""
    for path in [path for path in package.files if path.endswith("-wrapped")]:
        folder, name = os.path.split(path)
        plain = os.path.join(folder, name[1 : -len("-wrapped")])
        if name.startswith(".") and plain in package.files:
            yield plain, path


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
