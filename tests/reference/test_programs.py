"""What of a package this environment says otherwise: its programs, and their digests in RECORD."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reference import build
from reference.interpreter import Interpreter
from reference.packages import Package, record_digest
from reference.tree import Tree
from reference.wrapping import wrap

ENVIRONMENT = Path("/env")
INFO = "lib/p-1.0.dist-info"


def package(folder: Path, files: dict[str, tuple[str, bytes]]) -> Package:
    """A package of files with their kinds."""
    for path, (_, content) in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    kinds = {path: kind for path, (kind, _) in files.items()}
    return Package("p", "1.0", "p", str(folder), kinds, [], "")


def shebang(interpreter: Interpreter, *, prefix: Path | None = None) -> bytes:
    """The first line of a program of the base, or of the environment."""
    name = interpreter.executable.name
    return b"#!%s\n" % bytes(prefix / "bin" / name if prefix else interpreter.executable)


def test_which_shebangs(newest: Interpreter, tmp_path: Path) -> None:
    """#!python is a wheel's own way, and only a script of a wheel has it replaced."""
    base, own = shebang(newest), shebang(newest, prefix=ENVIRONMENT)
    made = package(tmp_path, {
        "bin/entry": ("#!python", b"#!python\nx\n"),
        "bin/data": ("#!", b"#!python\nx\n"),
        "bin/base": ("#!", base + b"x\n"),
        "bin/shell": ("#!", b"#!/bin/sh\n"),
        "bin/elf": ("x", base),
        "lib/module": ("", base),
    })  # fmt: skip
    changed = build.adapt_programs(made, newest, ENVIRONMENT)
    assert changed == {"bin/entry": own + b"x\n", "bin/base": own + b"x\n"}


def test_unwrapped(newest: Interpreter, tmp_path: Path) -> None:
    """A wrapped program takes its wrapper's place, unless that does something, or is not there."""
    base, own = shebang(newest), shebang(newest, prefix=ENVIRONMENT)
    twice = wrap(wrap(base + b"x\n", argv0="/a"), argv0="/b")
    pure = b'#!/bin/sh\nexec "/p/bin/.%s-wrapped" "$@"\n'
    made = package(tmp_path, {
        "bin/.a-wrapped": ("#!", twice),
        "bin/a": ("#!", pure % b"a"),
        "bin/.b-wrapped": ("#!", twice),
        "bin/b": ("#!", b"#!/bin/sh\nexport X=1\n" + (pure % b"b").partition(b"\n")[2]),
        "bin/.c-wrapped": ("#!", twice),
        "bin/.d-wrapped": ("#!", base + b"plain\n"),
        "bin/d": ("#!", pure % b"d"),
        "bin/e-wrapped": ("#!", twice),
        "bin/-wrapped": ("#!", twice),
        "bin/e": ("#!", pure % b"e"),
    })  # fmt: skip
    changed = build.adapt_programs(made, newest, ENVIRONMENT)
    rest = twice[len(base) :]
    assert changed["bin/a"] == changed["bin/.b-wrapped"] == own + b"x\n"
    assert changed["bin/.a-wrapped"] is None
    assert changed["bin/.c-wrapped"] == changed["bin/e-wrapped"] == own + rest
    assert changed["bin/.d-wrapped"] == own + b"plain\n"
    assert {"bin/b", "bin/d", "bin/e"}.isdisjoint(changed)


@pytest.mark.parametrize(
    ("wrapper", "passes"),
    [
        (b'#!/bin/sh\nexec "/p/.a-wrapped" "$@"\n', True),
        (b'#! /bin/bash -e\n# c\n\n  exec -a "$0" "/p/.a-wrapped" "$@"', True),
        (b'#!/usr/bin/env bash\nexec "/p/.a-wrapped" "$@"\n', True),
        (b'#!/usr/bin/dash\nexec "${0%/*}/.a-wrapped" "$@"\n', True),
        (b'#!/bin/zsh\nexec "/p/.a-wrapped" "$@"\n', False),
        (b'#!/bin/sh -x\nexec "/p/.a-wrapped" "$@"\n', False),
        (b'#!/bin/sh\nexec "/p/.b-wrapped" "$@"\n', False),
        (b'#!/bin/sh\nexec "/p/xa-wrapped" "$@"\n', False),
        (b'#!/bin/sh\nexec "/p/.a-wrapped" -x "$@"\n', False),
        (b'#!/bin/sh\nexec "/p/.a-wrapped"\n', False),
        (b'#!/bin/sh\nexec "/p;/.a-wrapped" "$@"\n', False),
        (b'#!/bin/sh\nexec -a x "/p/.a-wrapped" "$@"\n', False),
        (b'#!/bin/sh\nX=1\nexec "/p/.a-wrapped" "$@"\n', False),
        (b'#!/bin/sh\nexec "/p/.a-wrapped" "$@"\nexec "/p/.a-wrapped" "$@"\n', False),
        (b"#!/bin/sh\n", False),
        (b"\x7fELF", False),
    ],
)
def test_passes_through(wrapper: bytes, passes: bool) -> None:
    """A wrapper does nothing where it is a shell script of one line that executes the program."""
    assert build.passes_through(wrapper, ".a-wrapped") is passes


def test_unwrap_program() -> None:
    """All preambles come off, and nothing is said of a program that has none."""
    source = b"import os\n"
    twice = wrap(wrap(source, argv0="/a"), argv0="/b")
    assert build.unwrap_program(twice) == source
    assert build.unwrap_program(source) is None


def test_plan_of_a_package(newest: Interpreter, tmp_path: Path) -> None:
    """Every file becomes a piece of its kind; programs are solid, and RECORD says what changed."""
    own = shebang(newest, prefix=ENVIRONMENT)
    record = "../bin/entry,sha256=old,1\n../bin/.w-wrapped,sha256=old,1\na.py,sha256=a,1\n"
    pure = b'#!/bin/sh\nexec "/p/.w-wrapped" "$@"\n'
    made = package(tmp_path, {
        "bin/.w-wrapped": ("#!", wrap(b"x\n", argv0="/w")),
        "bin/w": ("#!", pure),
        "bin/entry": ("#!python", b"#!python\nx\n"),
        "lib/a.py": ("", b"a"),
        "lib/run": ("x", b"run"),
        f"{INFO}/RECORD": ("", record.encode()),
    })  # fmt: skip
    made.files.update({"lib/empty": "/", "lib/link": "-> a.py"})
    tree = Tree()
    build.add_package(tree, made, 3, newest, ENVIRONMENT)
    assert set(tree.pieces) == set(made.files) - {"bin/.w-wrapped", "lib/empty"}
    assert tree.folders == {"", "bin", "lib", "lib/empty", INFO}
    assert tree.own == {"bin"}
    told = {path: (one.executable, one.solid, one.link) for path, one in tree.pieces.items()}
    assert told == {
        "bin/w": (True, True, None),
        "bin/entry": (True, True, None),
        "lib/a.py": (False, False, None),
        "lib/run": (True, False, None),
        f"{INFO}/RECORD": (False, False, None),
        "lib/link": (False, False, "a.py"),
    }
    assert {one.priority for one in tree.pieces.values()} == {3}
    assert all(one.owner is made for one in tree.pieces.values())
    assert tree.pieces["lib/a.py"].source == f"{tmp_path}/lib/a.py"
    assert tree.pieces["bin/w"].content == b"x\n"
    entry = own + b"x\n"
    assert (tree.pieces[f"{INFO}/RECORD"].content or b"").decode() == (
        f"../bin/entry,sha256={record_digest(entry)},{len(entry)}\na.py,sha256=a,1\n"
    )


def test_places_of_programs(newest: Interpreter, tmp_path: Path) -> None:
    """Programs are files of their own in bin and where the base installs them, as in local/bin."""
    names = ("bin/a", "local/bin/b", "share/bin/c")
    made = package(tmp_path, dict.fromkeys(names, ("x", b"\x7fELF")))
    debian = replace(newest, scheme={**newest.scheme, "scripts": "local/bin"})
    tree = Tree()
    build.add_package(tree, made, 0, debian, ENVIRONMENT)
    assert [tree.pieces[name].solid for name in names] == [True, True, False]
