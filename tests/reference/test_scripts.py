"""A shebang that names exactly this base becomes the environment's; nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference import scripts
from reference.interpreter import Interpreter

from .conftest import run

ENVIRONMENT = Path("/env")


@pytest.mark.parametrize(
    "source",
    [
        b"#!/usr/bin/env python3\n", b"#!/bin/sh\n", b"#!/usr/bin/perl\n", b"\x7fELF", b"",
        b"print(1)\n", b"#!/opt/other/bin/python3\n", b"#! python\n", b"# !python\n", b"\n#!python",
        b"#!\n", b"#!\xff\xfe\n",
    ],
)  # fmt: skip
def test_others_stay(newest: Interpreter, source: bytes) -> None:
    """Everything that does not name this interpreter stays byte for byte."""
    assert scripts.rewrite(source, newest, ENVIRONMENT) == source


@pytest.mark.parametrize(
    ("before", "after"), [(b"#!", b""), (b"#! ", b" -s -u"), (b"#!\t", b" -E")]
)
def test_the_base(base: Interpreter, before: bytes, after: bytes) -> None:
    """Every name of the base becomes that name in the environment; the rest of the line stays."""
    for python in base.pythons:
        source = before + str(python).encode() + after + b"\nx\n"
        expected = before + f"/env/bin/{python.name}".encode() + after + b"\nx\n"
        assert scripts.rewrite(source, base, ENVIRONMENT) == expected


def test_a_longer_name_is_another(base: Interpreter) -> None:
    """A name that begins like the base's is not the base's."""
    source = f"#!{base.executable}x\n".encode()
    assert scripts.rewrite(source, base, ENVIRONMENT) == source


@pytest.mark.parametrize("head", [b"#!python", b"#!pythonw", b"#!python -E", b"#!python3"])
def test_wheels(base: Interpreter, head: bytes) -> None:
    """The first line that wheels write is replaced whole, as pip does."""
    expected = f"#!/env/bin/python{base.minor}\nx\n".encode()
    assert scripts.rewrite(head + b"\nx\n", base, ENVIRONMENT) == expected


BODIES = {
    "plain": b"import sys\nprint(__doc__)\n",
    "documented": b'"""Doc."""\nimport sys\nprint(__doc__)\n',
    "raw": b'# c\n\nR"""Do\\c\n."""  # c\nprint(__doc__)\n',
    "future": b"from __future__ import division, print_function\nprint(__doc__, 1/2)\n",
    "documented future": b"'Doc.'\nfrom __future__ import division\nprint(1/2); print(__doc__)\n",
    "compound": b"def f():\n    return __doc__\nprint(f())\n",
    "cookie": b"# -*- coding: latin-1 -*-\nprint(len(u'\xe9')); print(__doc__)\n",
    "parenthesis": b"('a'\n'b')\nprint(__doc__)\n",
    "semicolon": b"'doc'; import sys; print(__doc__)\n",
}


@pytest.mark.parametrize("folder", ["with a blank", "quo'te \"$x`y", "long" + "x" * 240, "é"])
def test_header(base: Interpreter, tmp_path: Path, folder: str) -> None:
    """Behind a prefix that no shebang can name, a script does what it does elsewhere."""
    environment = tmp_path / folder
    (environment / "bin").mkdir(parents=True)
    (environment / "bin" / f"python{base.minor}").symlink_to(base.executable)
    for name, body in BODIES.items():
        plain, program = tmp_path / "plain", environment / "bin" / "program"
        plain.write_bytes(body)
        program.write_bytes(scripts.rewrite(b"#!python\n" + body, base, environment))
        program.chmod(0o755)
        assert run([program]) == run([base.executable, plain]), name


def test_lines_do_not_move(newest: Interpreter) -> None:
    """The header of a long prefix takes no line of its own."""
    source = b"#!python\n'''Doc.'''\nimport os\nx\n"
    changed = scripts.rewrite(source, newest, Path("/a b"))
    assert changed.count(b"\n") == source.count(b"\n")
    assert changed.startswith(b"#!/bin/sh\n'''exec' ")
