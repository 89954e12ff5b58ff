"""What an environment takes from its base: the interpreter and its standard library.

Every entry of the base's `lib/pythonX.Y` goes into a folder of the environment's own, because
site-packages may lie inside of it; so do its headers, libraries, manual pages and programs.
Packages that are installed in the base stay there.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from . import launcher, rerooting, scripts
from .interpreter import Interpreter
from .store import Store
from .tree import Piece, Tree, from_base

#: Compiles stdin, on 2.7: the arguments are the file's path and its time of modification.
COMPILE = """
import imp, marshal, struct, sys
code = compile(sys.stdin.read(), sys.argv[1], 'exec')
sys.stdout.write(imp.get_magic() + struct.pack('<I', int(sys.argv[2])) + marshal.dumps(code))
"""


def add(tree: Tree, interpreter: Interpreter, environment: Path, store: Store) -> None:
    """Plan everything of the base that an environment at *environment* has."""
    prefix, stdlib = interpreter.prefix, interpreter.stdlib
    owner = f"CPython {interpreter.full_version}"

    def add_entries(folder: str, wanted: Callable[[str], object]) -> None:
        place = prefix / folder
        for name in sorted(os.listdir(place)) if place.is_dir() else []:
            path = os.path.join(folder, name)
            # Compiled from what is re-rooted here, so it would bring the base's prefix back.
            stale = re.match(r"_sysconfigdata.*\.py[co]$", name)
            if stale or not wanted(name) or not (prefix / path).exists():
                continue
            # These are folders of the environment's own, since what lies in them changes.
            own = path in (f"{stdlib}/__pycache__", f"{stdlib}/lib-dynload")
            if own or (place / name / "Makefile").is_file():
                add_entries(path, lambda _: True)
            else:
                tree.add(path, from_base(str(prefix / path), owner))

    add_entries(stdlib, lambda name: os.path.join(stdlib, name) not in interpreter.site_packages)
    if interpreter.shares_prefix:
        for headers in map(Path, interpreter.include_folders):
            if headers.is_relative_to(prefix) and headers.is_dir():
                tree.add(str(headers.relative_to(prefix)), from_base(str(headers), owner))
    else:
        other = re.compile(r"python\d|site-python|pkgconfig$")
        page = re.compile(rf"python({interpreter.version[0]}|{interpreter.minor})?\.1")
        for library in sorted({"lib", os.path.dirname(stdlib)}):
            add_entries(library, lambda name: not other.match(name))
            add_entries(f"{library}/pkgconfig", lambda name: name.startswith("python"))
        add_entries("include", lambda name: name != "site")
        add_entries("share/man/man1", page.match)
    program = launcher.make(interpreter, environment, store)
    folder = os.path.relpath(interpreter.executable.parent, prefix)
    for path in interpreter.programs:
        piece = Piece(owner, content=program, executable=True, base=True)
        target = path.resolve()
        if path.is_symlink() and target.parent == path.parent and target in interpreter.programs:
            piece = Piece(owner, link=os.path.basename(path.readlink()), base=True)
        elif path not in interpreter.pythons:
            piece.content = scripts.rewrite(path.read_bytes(), interpreter, environment)
        tree.add(f"{folder}/{path.name}", piece)
    places = [interpreter.scheme[name] for name in ("purelib", "platlib", "scripts")]
    for site in [site for site in interpreter.site_packages if (prefix / site).is_dir()] + places:
        tree.folder(site)
        tree.own.add(site)


def reroot(tree: Tree, interpreter: Interpreter, environment: Path) -> None:
    """Make the files that record the prefix say *environment*; the plan has to be complete."""
    for path, piece in list(tree.pieces.items()):
        ours = piece.base and piece.link is None and not piece.folder
        if not ours or not rerooting.records_prefix(path):
            continue
        piece.content = rerooting.reroot(
            piece.read(), path, prefix=interpreter.prefix, environment=environment,
            holds=tree.holds if interpreter.shares_prefix else None,
        )  # fmt: skip
        if interpreter.version < (3,) and path.endswith("data.py") and piece.source:
            # Modules of 2.7 say whether they were compiled.
            modified = str(int(os.stat(piece.source).st_mtime))
            command = [str(interpreter.executable), "-E", "-S", "-B", "-c", COMPILE]
            done = subprocess.run(
                [*command, str(environment / path), modified],
                input=piece.content, capture_output=True, check=True, env={}, cwd="/",
            )  # fmt: skip
            for end in "co":
                if Path(f"{piece.source}{end}").exists():
                    tree.pieces[f"{path}{end}"] = replace(piece, content=done.stdout)
