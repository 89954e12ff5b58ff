"""A preamble goes where the grammar allows it, and comes out byte for byte."""

from __future__ import annotations

import ast
import re
import sys
import sysconfig
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference import wrapping
from reference.wrapping import read_head, unwrap, wrap

PIECES = [
    b"\n", b"\r\n", b"\f", b"\t", b" ", b"#!/usr/bin/python\n", b"# coding: latin-1\n", b"#c\n",
    b"'''doc'''", b'"""a\nb"""', b'R"""x\\"""', b"u'x'", b"b'x'", b"('p'\n'q')", b"'a' 'b'", b";",
    b"from __future__ import division", b"from __future__ import (division,\n print_function\n)",
    b"from __future__ import division as d", b"import os", b"x = 1", b"def f():\n pass\n", b"\\\n",
    b"if 1: pass\n", b"@x\n", b"\xe9", b"print 1\n", b"\xef\xbb\xbf", b"class A: pass\n", b"f'x'",
    b"'unwrap:" + b"0" * 64 + b"';", b"__import__('sys').argv[0]='x';", b"\r",
]  # fmt: skip
CORPUS = Path(__file__).parents[2] / "scenarios" / "wrappers"
SOURCES = st.lists(st.sampled_from(PIECES), max_size=9).map(b"".join) | st.binary(max_size=40)


@given(SOURCES)
@settings(max_examples=400, deadline=None)
def test_round_trip(source: bytes) -> None:
    """Every file comes back byte for byte, and a second wrapping comes off twice."""
    once = wrap(source, argv0="/pkg/bin/x", folders=["/dep", "/o'clock"])
    assert unwrap(once) == source
    twice = wrap(once, argv0="/other/bin/x")
    assert unwrap(twice) == once


@given(SOURCES)
@settings(max_examples=400, deadline=None)
def test_meaning_is_kept(source: bytes) -> None:
    """What compiles still compiles when wrapped, and has the same docstring."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            before = ast.parse(source)
            compile(source, "x", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return
        wrapped = wrap(source, argv0="/pkg/bin/x")
        compile(wrapped, "x", "exec", dont_inherit=True)
        after = ast.parse(wrapped)
    assert ast.get_docstring(before, clean=False) == ast.get_docstring(after, clean=False)


@pytest.mark.parametrize("path", sorted(Path(sysconfig.get_path("stdlib")).glob("[a-d]*.py")))
def test_real_files(path: Path) -> None:
    """Files of the standard library survive wrapping and compile when wrapped."""
    source = path.read_bytes()
    wrapped = wrap(source, argv0="/pkg/bin/x", folders=["/dep"])
    compile(wrapped, str(path), "exec", dont_inherit=True)
    assert unwrap(wrapped) == source


@pytest.mark.parametrize("source", [b"", b"import os\n", b"'unwrap:" + b"a" * 64 + b"';\n"])
def test_no_preamble(source: bytes) -> None:
    """A file that holds no preamble is not touched."""
    assert unwrap(source) is None


def test_look_alike() -> None:
    """A preamble whose digest is of another file is the user's own text."""
    foreign = wrap(b"import os\n", argv0="/x") + b"import sys\n"
    assert unwrap(foreign) is None


NIX = (
    b"import sys;import site;import functools;sys.argv[0] = '/nix/store/x-foo/bin/foo';"
    b"functools.reduce(lambda k, p: site.addsitedir(p, k), ['/nix/store/a/lib','/nix/store/b'],"
    b" site._init_pathinfo());"
)


@pytest.mark.parametrize(
    "head", [b"", b"#!/x/python\n", b"#!/x\n# -*- coding: utf-8 -*-\n", b'#!/x\n"""d"""\n\n']
)
@pytest.mark.parametrize("body", [b"import os\n", b"import os", b""])
def test_nixpkgs(head: bytes, body: bytes) -> None:
    """The line of nixpkgs is taken out when it is the first statement, wherever that is."""
    assert unwrap(head + NIX + b"\n" + body) == head + body


@pytest.mark.parametrize(
    "source",
    [b"import os\n" + NIX + b"\n", b'x = """\n' + NIX + b'\n"""\n', NIX + b"x = 1\n"],
    ids=["later", "in a string", "more on the line"],
)
def test_not_nixpkgs(source: bytes) -> None:
    """The same words elsewhere are the user's own."""
    assert unwrap(source) is None


def test_place() -> None:
    """The statement goes behind the cookie, the docstring and the future imports."""
    source = b"#!x\n# coding: latin-1\n'''d'''\nfrom __future__ import (\n a)\n# c\nimport os\n"
    head = read_head(source)
    assert source[head.code :] == b"import os\n"
    assert source[: head.futures_end].endswith(b" a)")


LAYOUTS = [
    b"@import os\n", b"@import os", b"@", b"# c\n@", b"'d'\n@", b"'d'\r@", b"'d'|\n@", b"'d'\r\n@",
    b"# c\r\n'd'|\r\n@", b"@|\ndef f(): pass\n", b"# c\r\n@|\r\nclass A: pass", b"'d'; @import os",
    b"'d'\n@x", b"'d'\r\n@|\r\nif 1: pass", b"@'a' + 'b'\nimport os\n", b"@'%s' % 1\n",
    b"@('a', 'b')\n", b"@()\n", b"from __future__ import (\n a,\n)\n\n@import os\n",
    b"'d'\nfrom __future__ import a; @import os\n", b"from __future__ import a;@x\n",
    b"# coding: shift_jis\n'\x95\\'\n@import os\n", b"#\n# coding: gbk\r\n'\x81\\'\r\n@x\r\n",
    b"# coding: nonsense\n'\\''\n@x\n", b"'\xff'\n@x\n",
    b"('d'\n 'e')\n@import os\n", b"@from os import (\n path)\n",
]  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout(layout: bytes) -> None:
    """The preamble stands at the @, and only what is behind | is a line end of its own."""
    source = re.sub(rb"\|(\r\n|\r|\n)|[@]", b"", layout)
    wrapped = wrap(source, argv0="/x")
    preamble = wrapped.index(b"__import__"), wrapped.index(b"';", wrapped.index(b"unwrap:")) + 2
    assert wrapped[: preamble[0]] + b"@" + wrapped[preamble[1] :] == layout.replace(b"|", b"")
    assert unwrap(wrapped) == source


def test_argv0_and_folders(tmp_path: Path) -> None:
    """A wrapped program sees the name and the folders that it was wrapped with."""
    source = b"import sys\nprint(sys.argv[0] == '/p/\\xe9', sys.argv[1:], 'zzz' in str(sys.path))\n"
    folder = tmp_path / "zzz"
    folder.mkdir()
    program = tmp_path / "x.py"
    program.write_bytes(wrap(source, argv0="/p/é", folders=[str(folder)]))
    from .conftest import run

    assert run([sys.executable, program, "1"]) == "True ['1'] True\n"


INJECTED = [
    path
    for path in sorted(CORPUS.rglob("*"))
    if path.is_file() and b"'unwrap:" in path.read_bytes()
]


@pytest.mark.parametrize("path", INJECTED, ids=lambda path: str(path.relative_to(CORPUS)))
def test_preambles_of_the_corpus(path: Path) -> None:
    """What the corpus calls a preamble is one, so that its scenarios have something unwrapped."""
    original = unwrap(path.read_bytes())
    assert (original is None) is (path.name == "with-a-digest-of-something-else.py")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (b"x = 1\n", "utf-8"), (b"'\xc3\xa9'\n", "utf-8"), (b"'\xe9'\n", "latin-1"),
        (b"# coding: cp1252\n'\x80'\n", "cp1252"), (b"# coding: none-such\n", "latin-1"),
        (b"# coding: idna\n", "latin-1"), (b"# coding: punycode\n-", "latin-1"),
    ],
)  # fmt: skip
def test_encoding(source: bytes, name: str) -> None:
    """A program is read in what it declares where that gives its bytes back, letter by letter."""
    assert wrapping._encoding(source) == name
