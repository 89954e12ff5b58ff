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
    "bytes": b"b'Doc.'\nprint(__doc__)\n",
    "raw bytes": b"bR'Doc.'; print(__doc__)\n",
    "form feed": b"\f\n \f# c\n\fprint(__doc__)\n",
    "ascii": b"# coding: ascii\n'Doc.'\nprint(__doc__)\n",
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


@pytest.mark.parametrize("body", [b"'''Doc.'''\nimport os\nx\n", b"import os\n", b"x\n"])
def test_lines_do_not_move(newest: Interpreter, body: bytes) -> None:
    """The header of a long prefix takes no line of its own."""
    changed = scripts.rewrite(b"#!python\n" + body, newest, Path("/a b"))
    assert changed.count(b"\n") == 1 + body.count(b"\n")
    assert changed.startswith(b"#!/bin/sh\n'''exec' \"/a b/bin/python")


@pytest.mark.parametrize("options", [b"", b" -s", b" -s -u"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("quote", [b"", b'"'])
def test_header_of_pip(newest: Interpreter, options: bytes, end: bytes, quote: bytes) -> None:
    """The header with which pip has /bin/sh start the base starts the environment's Python."""
    for python in newest.pythons:
        start, rest = b"#!/bin/sh" + end + b"'''exec' ", options + b' "$0" "$@"' + end + b"' '''"
        source = start + quote + bytes(python) + quote + rest
        expected = start + b'"/env/bin/' + python.name.encode() + b'"' + rest
        assert scripts.rewrite(source, newest, ENVIRONMENT) == expected
        other = start + quote + bytes(python) + b"-" + quote + rest
        assert scripts.rewrite(other, newest, ENVIRONMENT) == other


def test_options_behind_a_long_prefix(newest: Interpreter, tmp_path: Path) -> None:
    """The options of a shebang are kept where /bin/sh has to name the interpreter."""
    program = tmp_path / "a b" / "bin" / "program"
    program.parent.mkdir(parents=True)
    for python in newest.pythons:
        program.with_name(python.name).symlink_to(python)
    source = b"#!%s -s\nimport sys; print(sys.flags.no_user_site)\n" % bytes(newest.executable)
    program.write_bytes(scripts.rewrite(source, newest, tmp_path / "a b"))
    program.chmod(0o755)
    assert run([program]) == "1\n"


def test_limit(newest: Interpreter) -> None:
    """A shebang as long as the kernel reads it is written; one byte more, and sh is asked."""
    name = f"/bin/python{newest.minor}"
    folder = "/" + "x" * (scripts.LIMIT - len("#!/" + name))
    for prefix, shebang in ((folder, f"#!{folder}{name}"), (f"{folder}x", "#!/bin/sh")):
        changed = scripts.rewrite(b"#!python\nx\n", newest, Path(prefix))
        assert changed.split(b"\n")[0] == shebang.encode()


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        (b"x\n", True), (b"# coding: latin-1\n", True), (b"# coding: ascii\n", False),
        (b"# coding: nonsense\n", False), (b"\n# coding: ascii\n", True), (b"# c\r\nx\n", True),
    ],
)  # fmt: skip
def test_cookie(newest: Interpreter, body: bytes, holds: bool) -> None:
    """A path that is not ASCII stands in a shebang where the source's encoding has it."""
    changed = scripts.rewrite(b"#!python\n" + body, newest, Path("/é"))
    assert changed.startswith("#!/é/bin/python".encode() if holds else b"#!/bin/sh\n")
