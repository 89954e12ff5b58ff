"""Whole heads of programs, grown by hypothesis, keep their bytes and their meaning when wrapped.

Each property is tried on 100 examples, and on 20,000 with the long profile:

    HYPOTHESIS_PROFILE=long python -m pytest tests/reference/test_wrapping_properties.py

The meaning is judged by every CPython on the machine, in one process for each: it compiles the
program and the wrapped program, compares their statements, flags and docstrings, and runs both,
from a string and from a file, since CPython reads the two with different code.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import itertools
import json
import os
import re
import subprocess
import warnings
from collections import Counter
from collections.abc import Iterator
from encodings.aliases import aliases
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reference.wrapping import unwrap, wrap

from .conftest import EXECUTABLES

#: An encoding, and text that is hard in it: second bytes that are backslashes, quotes, and so on.
CODECS = {
    "utf-8": "é漢🎉\u2028", "latin-1": "é§ÿ\xa0", "cp1252": "€ŸŽ", "shift_jis": "日表ソ",
    "gbk": "中乗", "koi8-r": "Привет", "iso-2022-jp": "日アい", "utf-8-sig": "é漢",
}  # fmt: skip
#: The preamble of another program, on one line.
FOREIGN = " ".join(wrap(b"raise SystemExit('of another program')\n", argv0="/x").decode().split())
FOREIGN = re.sub(r"\s*raise SystemExit\('of another program'\)\s*", "", FOREIGN)
NIXPKGS = (
    "import sys;import site;import functools;sys.argv[0] = '/nix/store/x-foo/bin/foo';"
    "functools.reduce(lambda k, p: site.addsitedir(p, k), ['/nix/store/a/lib'],"
    " site._init_pathinfo());"
)

# In the parts below "\n" stands for a line end of any kind, and ¤ for text of the encoding.
COOKIES = [
    "# -*- coding: {} -*-\n", "#coding={}\n", "# vim: set fileencoding={} :\n",
    "\f # coding:{} \n", "\t#!coding:\t{}\n", "# ¤ coding: {}\n", "# coding : {}\n",
    "# xcoding: {} coding: ascii\n",
]  # fmt: skip
SHEBANGS = [
    "#!/usr/bin/python3\n", "#! /usr/bin/env python\n", "#!python -E\n", "#!/bin/sh\n",
    "#!/opt/¤/bin/python\n",
]  # fmt: skip
TRIVIA = [
    "", "\n", " \t\n", "\f\n", "\f", "# ¤\n", "  # indented\n", "#'''\n", '# """ \\\n', "#\n",
    f"# {FOREIGN}\n", f"#{NIXPKGS}\n", "\\\n", "# 'unwrap:\n", "\t\f\n", "#\f¤\x1c\x85\n",
]  # fmt: skip
BODIES = [
    "doc", "¤", "", "a\\\nb ¤\\\n", "# no comment", "from __future__ import division", ";",
    "\\x41", "\\N{BULLET}", "{x!r:>{y}}", "\\\\", "(", "\\'\\\"", "\t\f", "\\u00e9\\d",
    "import os #",
]  # fmt: skip
LONG_BODIES = [
    "a\n¤\n", "\n\n", "'\"'", f"\n{FOREIGN}\n", f"\n{NIXPKGS}\n", "\\\"\"\" '\\''' \n", "''\\'\n",
    "\nfrom __future__ import division\nimport os\n", "\n    # coding: latin-1\n\f",
]  # fmt: skip
PREFIXES = ["", "", "", *"rRuUbBfFt", "ur", "UR", "Rb", "bR", "br", "rB", "fr", "Rt", "rF"]
SHAPES = [
    "{0}", "{0}", "{0}", "{0} {1}", "{0}{1}", "{0}\\\n  {1}", "({0})", "({0}\n{1} # ¤\n)",
    "(({0}))", "(\n# ( ¤\n{0})", "\\\n{0}", "{0} \\\n", "( {0}, )", "{0} ;", "{0};;",
]  # fmt: skip
FUTURES = [
    "from __future__ import {0}", "from __future__ import {0}, {1}",
    "from __future__ import ({0},\n  {1},\n)",
    "from __future__ import ( # (¤\n{0} as x, # )\n\n{1})",
    "from\\\n __future__\\\n import\\\n {0}", "from __future__ import {0} as _{1}",
    "from\t__future__\fimport {0}", "from __future__ import \\\n{0},\\\n{1}",
    "from __future__ import({0})", "from __future__ import {0}; from __future__ import {1}",
    "from __future__ import {0} # ; ¤", "from __future__ import {0},{0}", "from . import {0}",
]  # fmt: skip
FEATURES = [
    "division", "print_function", "absolute_import", "unicode_literals", "with_statement",
    "generators", "nested_scopes", "division", "annotations", "barry_as_FLUFL", "braces",
]  # fmt: skip
SEPARATORS = [
    "\n", "\n", "\n", ";", "; ", " ;\n", "\n\n", " # ¤\n", ";# c ;\n", ";\\\n", "\n\f", "\n\f\n",
    "\n \t\n", "\r",
]  # fmt: skip
CODE = [
    "import os\n", "x = 1; y = 2\n", "print('¤')\n", "if 1: pass\n",
    "if 1:\n\tx = 2\nelse:\n  x = 3\n", "def f(a=[\n1]): return a\n",
    "def f():\n    '''d'''\nprint(f())\n", "@staticmethod\ndef f(): pass\n",
    "@ property\nclass A: pass\n", "class A(object):\n '''d'''\n x = 1\n",
    "with open('/dev/null'): x = 1\n",
    "with (open('/dev/null') as a,\n open('/dev/null') as b):\n pass\n",
    "while 0: pass\nelse: y = 1\n", "try: import nothing_of_this_name\nexcept ImportError: pass\n",
    "try:\n  1\nfinally:\n  z = 1\n", "for x in (1, 2): print(x)\n", "async def f(): pass\n",
    "async def f():\n  async with x: pass\n", "@f\nasync def g(): pass\n", "pass", "pass;",
    "import os, sys ; x = sys.argv[0] ;\n", "(\n1\n)\n", "'a'.upper()\n", "'doc' % ()\n",
    "'a' if 1 else 'b'\n", "('a').b = 1\n", "('a', 'b')\n", "'a', 'b'\n", "'doc' \\\n + 'x'\n",
    "'''doc'''[0]\n", "'a' 'b' == 'ab'\n", "f'{1}' 'x'\n", "b'x'\n", "...\n", "\\\nx = 1\n",
    "  \nx = 1 # c\n", "lambda: 0\n", "-1\n", "`1`\n", "print 1, '¤'\n", "print >>None\n",
    "exec 'x = 1'\n", "x = 0777, ur'x', 1 <> 2\n", "raise ValueError, 'x'\n", "match = 1; match\n",
    "match 1:\n  case 1: print('one')\n  case _: pass\n", "match (1, 2):\n case a, b: print(a)\n",
    "match[0] = 1\n", "match -1:\n\tcase -1: x = 1\n", "match, case = 1, 2\nprint(match)\n",
    "type X = int\n", "type = 3\n", "type(1)\n", "lazy import os\n", "lazy from os import path\n",
    "lazy = 1\n", "try:\n  1\nexcept* ValueError: pass\n", "t'{1}'\n", "x: int = 1\n",
    "def f[T](x: T) -> T: return x\n", "¤x = 1\n", "iffy = definite = forx = 1\n",
    "__import__('sys').argv[0]='x';\n", "from os import (path,\n sep)\n",
    "from __future__x import y\n", "from os import path as __future__\n", f"x = 1; {FOREIGN}\n",
    f"pass\n{FOREIGN} x = 1\n", f"x = 1\n{NIXPKGS}\n", f"{NIXPKGS} x = 1\n",
    "'unwrap:" + "0" * 64 + "';\n", "if 1: x = 1; y = 2", "class A: x = 1; y = 2", "await x\n",
    "global x\n", "return\n", "    x = 1\n", "\x00\n", "assert 1, '¤'\n", "del x\n", "'unended\n",
    "(\n", "x = 1 if 1 else 2; print(x)\n", "nonlocal x\n", "yield\n",
]  # fmt: skip
ENDS = [
    "", "", "print(repr(__doc__))\n", "print(1/2, type(''))\nprint(sorted(globals()))", "# ¤", " ",
    "\t", "\f", "\n\n", "    # c", "'''end'''", "from __future__ import division", "'doc'", ";",
    "\x1a",
]  # fmt: skip


@st.composite
def strings(draw: st.DrawFn) -> str:
    """A statement that is a string, or that nearly is."""
    literals = []
    for _ in range(2):
        quote = draw(st.sampled_from(['"""', "'''", "'", '"']))
        body = draw(st.sampled_from(BODIES + LONG_BODIES if len(quote) > 1 else BODIES))
        literals.append(f"{draw(st.sampled_from(PREFIXES))}{quote}{body}{quote}")
    return draw(st.sampled_from(SHAPES)).format(*literals)


@st.composite
def futures(draw: st.DrawFn) -> str:
    """A future import, or what nearly is one."""
    names = [draw(st.sampled_from(FEATURES)) for _ in range(2)]
    return draw(st.sampled_from(FUTURES)).format(*names)


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """A program that holds no preamble of its own, made of parts that make wrapping hard."""
    codec = draw(st.sampled_from([*CODECS]))
    few = st.lists(st.sampled_from(TRIVIA), max_size=2).map("".join)
    cookie = draw(st.sampled_from(COOKIES)).format(
        draw(st.sampled_from([codec] * 9 + ["utf-8", "latin-1-unix", "no-such-codec"]))
    )
    shebang = draw(st.sampled_from(SHEBANGS))
    tops = [cookie, shebang + cookie, "\n" + cookie, shebang + "# c\n" + cookie, "x = 1\n" + cookie]
    text = draw(st.sampled_from(["", shebang, *tops, *tops[:2]])) + draw(few)
    statement = st.one_of(futures(), futures(), strings())
    for one in draw(st.tuples(strings()) | st.just(())), draw(st.lists(statement, max_size=3)):
        text += "".join(part + draw(st.sampled_from(SEPARATORS)) + draw(few) for part in one)
    text += "".join(draw(st.lists(st.sampled_from(CODE), max_size=2))) + draw(st.sampled_from(ENDS))
    text = text[:-1] if draw(st.booleans()) and text.endswith("\n") else text
    kinds = st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=3)
    line_ends = itertools.cycle(draw(st.just(["\n"]) | kinds))
    text = re.sub("\n", lambda _: next(line_ends), text)
    bom = draw(st.sampled_from([b""] * 9 + [b"\xef\xbb\xbf"]))
    return bom + text.replace("¤", CODECS[codec]).encode(codec, "replace")


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A program with some bytes of it lost, doubled or replaced."""
    source = bytearray(draw(programs()))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(source)))
        until = draw(st.integers(at, min(len(source), at + 9)))
        source[at:until] = draw(st.binary(max_size=3) | st.just(bytes(source[at:until] * 2)))
    return bytes(source)


#: Runs in an interpreter of any version: reads programs and answers what is wrong with them.
JUDGE = r"""
import __future__, ast, base64, ctypes, json, os, re, sys, tempfile, warnings
warnings.simplefilter("ignore")
FLAGS = 0
for feature in __future__.all_feature_names:
    FLAGS |= getattr(__future__, feature).compiler_flag
answers, fopen, run_file = sys.stdout, ctypes.CDLL(None).fopen, ctypes.pythonapi.PyRun_FileExFlags
fopen.argtypes, fopen.restype = [ctypes.c_char_p] * 2, ctypes.c_void_p
run_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.py_object,
                     ctypes.py_object, ctypes.c_int, ctypes.c_void_p]
run_file.restype = ctypes.py_object
path = os.path.join(tempfile.mkdtemp(), "program.py")

class Output(object):
    def __init__(self):
        self.said = []
    def write(self, text):
        self.said.append(repr(text))
    def flush(self):
        pass

def parsed(source):
    try:
        return ast.parse(source), compile(source, "x", "exec", 0, True), None
    except Exception as error:
        return None, None, repr(error)

def as_file(source):
    with open(path, "wb") as file:
        file.write(source)
    name = path.encode()
    return lambda names: run_file(fopen(name, b"rb"), name, 257, names, names, 1, None)

def outcome(run, argv0):
    names = {"__name__": "x", "__doc__": None, "__builtins__": __builtins__}
    before, error = sys.path[:], None
    sys.argv, sys.stdout = [argv0, "argument"], Output()
    try:
        run(names)
    except BaseException as raised:
        error = raised
    said, sys.stdout, sys.path[:] = sys.stdout.said, answers, before
    return type(error).__name__, said, sorted(names), repr(names["__doc__"]), sys.argv[1:]

def is_head(statement):
    constant = type(getattr(statement, "value", None)).__name__ in ("Str", "Bytes", "Constant")
    return constant or getattr(statement, "module", "") == "__future__"

def differs(before, after):
    old = [ast.dump(statement) for statement in before.body]
    new = [ast.dump(statement) for statement in after.body]
    more = len(new) - len(old)
    places = [at for at in range(len(old) + 1) if new[:at] + new[at + more:] == old
              and all(map(is_head, before.body[:at]))]
    return more < 1 or not places

def judge(source, wrapped, argv0):
    before, code, error = parsed(source)
    if error is not None:
        return False, ""
    after, wrapped_code, error = parsed(wrapped)
    if error is not None:
        return True, "no longer compiles: " + error
    if differs(before, after):
        return True, "other statements: " + ast.dump(after)
    if (code.co_flags ^ wrapped_code.co_flags) & FLAGS:
        return True, "other future flags"
    if ast.get_docstring(before, False) != ast.get_docstring(after, False):
        return True, "another docstring"
    first = outcome(lambda names: exec_(code, names), argv0)
    then = outcome(lambda names: exec_(wrapped_code, names), argv0)
    if first != then:
        return True, "runs otherwise from a string: %r, %r" % (first, then)
    # CPython may read a file otherwise than a string; 2.7 knows no lone CR in one with a cookie.
    readable = sys.version_info[0] > 2 or not re.search(b"\r(?!\n)", source)
    if readable and outcome(as_file(source), argv0) == first:
        then = outcome(as_file(wrapped), argv0)
        if first != then:
            return True, "runs otherwise from a file: %r, %r" % (first, then)
    return True, ""

exec_ = eval("exec") if sys.version_info[0] > 2 else eval  # eval runs code of statements, too
while True:
    line = sys.stdin.readline()
    if not line:
        break
    source, wrapped, argv0 = json.loads(line)
    compiles, wrong = judge(base64.b64decode(source), base64.b64decode(wrapped), str(argv0))
    answers.write(json.dumps([compiles, wrong]) + "\n")
    answers.flush()
"""


class Judge:
    """An interpreter that keeps running, and says what is wrong with a wrapped program."""

    def __init__(self, executable: Path, folder: Path) -> None:
        self.name = f"{executable.parts[-3]}/{executable.name}"
        self.process = subprocess.Popen(
            [executable, "-c", JUDGE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)},
            text=True,
        )

    def ask(self, source: bytes, wrapped: bytes) -> None:
        """Begin to judge *wrapped*, which is *source* with a preamble."""
        assert self.process.stdin is not None
        words = [base64.b64encode(text).decode() for text in (source, wrapped)]
        self.process.stdin.write(json.dumps([*words, "/pkg/bin/x"]) + "\n")
        self.process.stdin.flush()

    def answer(self) -> tuple[bool, str]:
        """Does it compile here, and what is wrong?"""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"{self.name} died"
        compiles, wrong = json.loads(line)
        return compiles, wrong


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Judge]]:
    """A process of every CPython on the machine."""
    found = [Judge(path, tmp_path_factory.mktemp("judge")) for path in EXECUTABLES]
    yield found
    for judge in found:
        judge.process.communicate()


@given(programs() | damaged() | st.binary(max_size=80))
def test_round_trip(source: bytes) -> None:
    """Whatever is wrapped comes back byte for byte, and what is wrapped twice comes off twice."""
    once = wrap(source, argv0="/pkg/bin/x", folders=["/dep", "/o'clock"])
    assert once != source
    assert unwrap(once) == source
    twice = wrap(once, argv0="/other/bin/x")
    assert unwrap(twice) == once


def statements(source: bytes) -> int | None:
    """How many statements *source* has, None when it does not compile."""
    with contextlib.suppress(SyntaxError, ValueError), warnings.catch_warnings(action="ignore"):
        return len(ast.parse(source).body)
    return None


@given(programs())
def test_no_preamble(source: bytes) -> None:
    """A program that holds no preamble but text that looks like one is not touched."""
    found = unwrap(source)
    if found is not None:  # a quote in a comment may leave nixpkgs' line outside of its string
        assert NIXPKGS.encode() in source
        assert (statements(source) or 1) > (statements(found) or 0)


@given(programs().filter(lambda source: NIXPKGS.encode() not in source), st.data())
def test_changed_after_wrapping(source: bytes, data: st.DataObject) -> None:
    """A wrapped program that was edited is not given back as anything else than it was."""
    wrapped = wrap(source, argv0="/pkg/bin/x")
    at = data.draw(st.integers(0, len(wrapped)))
    edited = wrapped[:at] + data.draw(st.binary(min_size=1, max_size=3)) + wrapped[at:]
    assert unwrap(edited) in (None, source)


@given(damaged() | st.binary())
def test_no_crash(source: bytes) -> None:
    """Bytes that are no program at all are read without an exception."""
    found = unwrap(source)
    assert found is None or len(found) < len(source)


@pytest.mark.parametrize("codec", sorted({*aliases.values(), "idna", "punycode", "undefined"}))
@pytest.mark.parametrize("body", ["x = 1\n", "'doc'\nx = 1\n", "from __future__ import division"])
def test_every_encoding(codec: str, body: str) -> None:
    """A cookie may name any codec of Python: the program comes back, and compiles as before."""
    source = f"#!/usr/bin/python\n# coding: {codec}\n{body}".encode()
    wrapped = wrap(source, argv0="/pkg/bin/x", folders=["/dep"])
    assert unwrap(wrapped) == source
    try:
        compile(source, "x", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return
    compile(wrapped, "x", "exec", dont_inherit=True)


def test_meaning(judges: list[Judge]) -> None:
    """On every CPython a wrapped program compiles to, says and does what the program does."""
    compiled: Counter[str] = Counter()
    tried = 0

    @settings(suppress_health_check=list(HealthCheck))
    @given(programs())
    @example(b"\xef\xbb\xbf\n# coding: utf-8-sig\nimport os\n")
    def check(source: bytes) -> None:
        nonlocal tried
        tried += 1
        wrapped = wrap(source, argv0="/pkg/bin/x", folders=["/dep"])
        for judge in judges:
            judge.ask(source, wrapped)
        wrong = {}
        for judge in judges:
            compiles, problem = judge.answer()
            compiled[judge.name] += compiles
            if problem:
                wrong[judge.name] = problem
        assert not wrong

    check()
    print(tried, "examples, of which compile:", dict(compiled))
    assert all(compiled[judge.name] > tried / 20 for judge in judges), compiled
