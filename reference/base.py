"""What an environment takes from its base: the interpreter and its standard library.

Every entry of the base's `lib/pythonX.Y` goes into a folder of the environment's own, because
site-packages may lie inside of it; so do its headers, libraries, manual pages and programs.
Packages that are installed in the base stay there.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from . import launcher, rerooting, scripts
from .interpreter import Interpreter
from .store import Store
from .tree import Piece, Tree

#: Compiles stdin, on 2.7: the arguments are the file's path and its time of modification.
COMPILE = """
import imp, marshal, struct, sys
code = compile(sys.stdin.read(), sys.argv[1], 'exec')
sys.stdout.write(imp.get_magic() + struct.pack('<I', int(sys.argv[2])) + marshal.dumps(code))
"""


def add(tree: Tree, interpreter: Interpreter, environment: Path, store: Store) -> None:
    """Plan everything of the base that an environment at *environment* has."""
    owner = f"CPython {interpreter.full_version}"
    _Base(tree, interpreter, owner).add()
    program = launcher.make(interpreter, environment, store)
    folder = PurePosixPath(interpreter.executable.parent.relative_to(interpreter.prefix))
    for path in interpreter.programs:
        tree.add(folder / path.name, _program(path, program, owner, interpreter, environment))
    for site in interpreter.site_packages:
        if (interpreter.prefix / site).is_dir():
            tree.folder(site)
    for name in ("purelib", "platlib", "scripts"):
        tree.folder(interpreter.scheme[name])


def reroot(tree: Tree, interpreter: Interpreter, environment: Path) -> None:
    """Make the files that record the prefix say *environment*; the plan has to be complete."""
    for path, piece in list(tree.pieces()):
        if not rerooting.records_prefix(path) or piece.link is not None or piece.folder:
            continue
        if not str(piece.owner).startswith("CPython"):
            continue
        text = piece.content
        if text is None and piece.source is not None:
            text = piece.source.read_bytes()
        assert text is not None
        piece.content = rerooting.reroot(
            text,
            path,
            prefix=str(interpreter.prefix),
            environment=str(environment),
            holds=tree.holds if interpreter.shares_prefix else None,
        )


def compile_python2(tree: Tree, interpreter: Interpreter, environment: Path) -> None:
    """Compile what was re-rooted for 2.7, whose modules say whether they were compiled."""
    source = interpreter.stdlib / "_sysconfigdata.py"
    folder = tree.folder(interpreter.stdlib)
    piece = folder.get(source.name)
    if interpreter.version >= (3,) or not isinstance(piece, Piece) or piece.source is None:
        return
    modified = int(piece.source.stat().st_mtime)
    command = [str(interpreter.executable), "-E", "-S", "-B", "-c", COMPILE]
    done = subprocess.run(
        [*command, str(environment / source), str(modified)],
        input=piece.content, capture_output=True, check=True, env={}, cwd="/",
    )  # fmt: skip
    for suffix in (".pyc", ".pyo"):
        if piece.source.with_suffix(suffix).exists():
            compiled = Piece(piece.owner, source=piece.source, content=done.stdout)
            folder[source.with_suffix(suffix).name] = compiled


def copied(tree: Tree, interpreter: Interpreter, store: Store) -> None:
    """For the link modes that must not link to the base: take its pieces from the store.

    The store keeps one copy of each base, which environments share by hard links. The
    base's own files are never linked: an edit in an environment must not reach them.
    """
    parts = [interpreter.executable, interpreter.prefix / interpreter.stdlib]
    words = [(str(path), path.stat().st_mtime_ns) for path in parts]
    wanted = [
        (path, piece) for path, piece in tree.pieces()
        if piece.source is not None and piece.source.is_relative_to(interpreter.prefix)
        and piece.content is None and not piece.solid
    ]  # fmt: skip
    words += [(str(path), 0) for path, _ in wanted]
    key = hashlib.sha256(repr(words).encode()).hexdigest()

    def copy(at: Path) -> None:
        for path, piece in wanted:
            (at / path).parent.mkdir(parents=True, exist_ok=True)
            assert piece.source is not None
            if piece.folder:
                shutil.copytree(piece.source, at / path, symlinks=True)
            else:
                shutil.copy2(piece.source, at / path)

    folder = store.obtain(f"bases/{key}", copy)
    for path, piece in wanted:
        piece.source, piece.shared = folder / path, True


class _Base:
    def __init__(self, tree: Tree, interpreter: Interpreter, owner: str) -> None:
        self.tree = tree
        self.prefix = interpreter.prefix
        self.interpreter = interpreter
        self.owner = owner

    def add(self) -> None:
        stdlib = self.interpreter.stdlib
        skip = {site.parts[len(stdlib.parts)] for site in self.interpreter.site_packages
                if site.is_relative_to(stdlib)}  # fmt: skip
        self._add_entries(stdlib, lambda name: name not in skip)
        if not self.interpreter.shares_prefix:
            other = re.compile(r"python\d|site-python|pkgconfig$")
            for library in sorted({PurePosixPath("lib"), stdlib.parent}):
                self._add_entries(library, lambda name: not other.match(name))
                self._add_entries(library / "pkgconfig", lambda name: name.startswith("python"))
            self._add_entries(PurePosixPath("include"), lambda name: name != "site")
            major, minor = self.interpreter.version[0], self.interpreter.minor
            page = re.compile(rf"python({major}|{minor})?\.1")
            self._add_entries(PurePosixPath("share/man/man1"), page.match)
        else:
            for folder in self.interpreter.include_folders:
                if folder.is_relative_to(self.prefix) and folder.is_dir():
                    self._add_piece(PurePosixPath(folder.relative_to(self.prefix)))

    def _add_entries(self, folder: PurePosixPath, wanted: Callable[[str], object]) -> None:
        place = self.prefix / folder
        if not place.is_dir():
            return
        for name in sorted(entry.name for entry in place.iterdir()):
            path = folder / name
            # Compiled from what is re-rooted here, so it would bring the base's prefix back.
            stale = re.match(r"_sysconfigdata.*\.py[co]$|_sysconfig_vars", name)
            if not wanted(name) or (stale and not rerooting.records_prefix(path)):
                continue
            # __pycache__ is a folder of the environment's own: it is written to.
            if (name == "__pycache__" and folder == self.interpreter.stdlib) or (
                re.match(r"config(-|$)", name) and (place / name / "Makefile").is_file()
            ):
                self._add_entries(path, lambda _: True)
            else:
                self._add_piece(path)

    def _add_piece(self, path: PurePosixPath) -> None:
        source = self.prefix / path
        if not source.exists():
            return
        folder = source.is_dir()
        executable = not folder and os.access(source, os.X_OK)
        piece = Piece(self.owner, source=source, folder=folder, executable=executable)
        self.tree.add(path, piece)


def _program(
    path: Path, program: bytes, owner: str, interpreter: Interpreter, environment: Path
) -> Piece:
    if path.is_symlink():
        target = str(path.readlink())
        if "/" not in target and (path.parent / target) in interpreter.programs:
            return Piece(owner, link=target)
        resolved = path.resolve()
        if resolved.parent == path.parent and resolved in interpreter.programs:
            return Piece(owner, link=resolved.name)
    if path in interpreter.pythons:
        return Piece(owner, content=program, executable=True)
    content = scripts.rewrite(path.read_bytes(), interpreter, environment)
    return Piece(owner, content=content, executable=True)
