"""Wrapping a Python program as distributions do it, and recovering it byte for byte.

A distribution keeps every package in a folder of its own. To let a program run alone it injects a
*preamble* into the script, which sets `sys.argv[0]` right and adds the folders of the
dependencies, moves the script to `.foo-wrapped`, and puts a wrapper at `foo`. In an environment
the preamble is wrong: it names the folders of the package. So it has to come out again, exactly.

The preamble is one run of ASCII text in front of the first statement that may have one there:
behind cookie, docstring and `from __future__` imports, in the line of that statement, so that no
line moves; only a compound statement (`if`, `def`, …) and the end of the file want a line of
their own. It defines no name and leaves `__doc__` alone. The digest is the SHA-256 of the whole
original file, so text that merely looks like a preamble is never taken for one::

    #!/usr/bin/python3
    \"\"\"Say hi.\"\"\"
    from __future__ import division
    __import__('sys').argv[0]=getattr(__import__('os'),'fsdecode',str)(b'/pkg/bin/hi');\
    list(map(__import__('site').addsitedir,map(getattr(__import__('os'),'fsdecode',str),\
    [b'/dep/lib'])));'unwrap:<64 hex digits>';import os

`unwrap` also knows the line that nixpkgs' wrap-python.nix injects, which carries no digest:
it has to be a whole line of exactly that shape, and the first statement of the program.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .store import digest_of

#: Makes what the program's own Python calls a path of the bytes of one.
AS_PATH = "getattr(__import__('os'),'fsdecode',str)"
PREAMBLE = re.compile(
    rb"__import__\('sys'\)\.argv\[0\]=%s\(b(['\"])(?:\\.|(?!\1)[^\\\r\n])*\1\);"
    rb"list\(map\(__import__\('site'\)\.addsitedir,map\(%s,\[[^\r\n]*?\]\)\)\);"
    rb"'unwrap:([0-9a-f]{64})';" % ((re.escape(AS_PATH.encode()),) * 2)
)
NIXPKGS_LINE = re.compile(
    rb"import sys;import site;import functools;sys\.argv\[0\] = '[^'\r\n]*';"
    rb"functools\.reduce\(lambda k, p: site\.addsitedir\(p, k\), "
    rb"\[(?:'[^'\r\n]*'(?:,\s?'[^'\r\n]*')*)?\], site\._init_pathinfo\(\)\);(?:\r\n?|\n|$)"
)
COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
COMPOUND = re.compile(rb"(?:if|for|while|def|class|try|with|async|match)\b|@")


def wrap(source: bytes, *, argv0: str, folders: Sequence[str] = ()) -> bytes:
    """Return *source*, a Python program, with a preamble; `unwrap` gives *source* back."""
    at = (head := read_head(source)).code
    text = (
        f"__import__('sys').argv[0]={AS_PATH}({os.fsencode(argv0)!r});"
        f"list(map(__import__('site').addsitedir,"
        f"map({AS_PATH},{list(map(os.fsencode, folders))})));"
        f"'unwrap:{digest_of(source)}';"
    )
    unended = at == len(source) and not source.endswith((b"\r", b"\n"))
    lead = head.line_end if source and unended else b""
    tail = head.line_end if COMPOUND.match(source, at) else b""
    return source[:at] + lead + text.encode("ascii") + tail + source[at:]


def unwrap(source: bytes) -> bytes | None:
    """Return the original of a wrapped program, or None when *source* holds no preamble."""
    for match in reversed(list(PREAMBLE.finditer(source))):
        for lead, tail in itertools.product(range(3), repeat=2):  # bytes of the lines of its own
            original = source[: max(match.start() - lead, 0)] + source[match.end() + tail :]
            if digest_of(original) == match[2].decode():
                return original
    if b"functools.reduce(lambda k, p: site.addsitedir(p, k)" in source:
        line = NIXPKGS_LINE.match(source, read_head(source).code)
        if line and (not line.start() or source[line.start() - 1] in b"\r\n"):
            return source[: line.start()] + source[line.end() :]
    return None


class Head(NamedTuple):
    """Where a program's first statements lie; byte offsets into its source."""

    first: int
    """Its first statement of any kind, or its end."""
    docstring_end: int
    """The end of its docstring; *first* when there is none."""
    futures_end: int
    """Where the last future import ends; 0 without one."""
    code: int
    """The first statement that another one can be put in front of, or its end."""
    line_end: bytes
    """How its first line ends."""


#: One token of a head. Only what may stand before the first ordinary statement matters, and that
#: is written alike from Python 2.7 to 3.15.
TOKEN = re.compile(
    r"""(?P<blank>[ \t\f]+|\\(?:\r\n|\r|\n)|\#[^\r\n]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<string>[bBuUrR]{0,2}(?:
        '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
        |'(?:[^'\\\r\n]|\\(?:\r\n|.))*' |"(?:[^"\\\r\n]|\\(?:\r\n|.))*"))
    |(?P<word>[^\W\d]\w*|.)""",
    re.VERBOSE | re.DOTALL,
)


def read_head(source: bytes) -> Head:
    """Find the docstring, the future imports and the first other statement of *source*."""
    encoding = _encoding(source)
    start = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    text = source[start:].decode(encoding)
    statements = list(_read_statements(text))  # the last one is where the text ends, or code
    futures = [place for place, (kind, _, _) in enumerate(statements) if kind == "future"]
    documented = statements[0][0] == "string"
    code = futures[-1] + 1 if futures else int(documented)
    first, line_end = statements[0][1], re.search(r"\r\n|\r|\n", text)

    def offset(position: int) -> int:
        # Behind the mark with which utf-8-sig, for one, begins whatever it encodes.
        return start + len(text[:position].encode(encoding)) - len("".encode(encoding))

    return Head(
        first=offset(first),
        docstring_end=offset(statements[0][2] if documented else first),
        futures_end=offset(statements[futures[-1]][2]) if futures else 0,
        code=offset(statements[code][1]),
        line_end=line_end[0].encode() if line_end else b"\n",
    )


FUTURE = ["from", "__future__"]


def _read_statements(text: str) -> Iterator[tuple[str, int, int]]:
    """The kind, start and end of each statement of *text*, up to the first ordinary one."""
    words: list[str] = []
    position = start = end = depth = 0
    while position < len(text) and (token := TOKEN.match(text, position)):
        kind, word = token.lastgroup, token[0]
        position = token.end()
        if (kind == "newline" or word == ";") and not depth:
            if words:
                yield _kind(words), start, end
            words = []
        elif kind in ("string", "word"):
            start, end = start if words else token.start(), token.end()
            depth += (word == "(") - (word == ")")
            words.append("''" if kind == "string" else word)
            if words[-1] not in ("''", "(", ")") and words[:2] != FUTURE[: len(words)]:
                break
    if words:
        yield _kind(words), start, end
    yield "end", len(text), len(text)


def _kind(words: Sequence[str]) -> str:
    """Is a statement of these words a string, a future import or another one?"""
    if words[:2] == FUTURE:
        return "future"
    return "string" if "''" in words and set(words) <= {"''", "(", ")"} else "code"


def declared_encoding(source: bytes) -> str:
    """The encoding that PEP 263 gives *source*: its cookie's, or UTF-8."""
    lines = re.split(rb"\r\n|\r|\n", source, maxsplit=2)[:2]
    cookie = next(filter(None, map(COOKIE.match, lines)), None)
    return cookie[1].decode("ascii") if cookie else "utf-8"


def _encoding(source: bytes) -> str:
    """An encoding that holds *source*: the declared one, or Latin-1, which always does."""
    name = declared_encoding(source)
    try:
        if name not in ("idna", "punycode") and source.decode(name).encode(name) == source:
            return name
    except (LookupError, ValueError):
        pass
    return "latin-1"
