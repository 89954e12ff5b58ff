"""Wrapping a Python program as distributions do it, and recovering it byte for byte.

A distribution keeps every package in a folder of its own. To let a program run alone it
injects a *preamble* into the script, which sets `sys.argv[0]` right and adds the folders of
the dependencies, moves the script to `.foo-wrapped`, and puts a wrapper at `foo`. In an
environment the preamble is wrong: it names the folders of the package and not those of the
environment. So whoever assembles environments has to take it out again, exactly.

The preamble is one run of ASCII text without line ends or blanks between its parts (it is
broken here for the page). The digest is the SHA-256 of the
whole original file, so text that merely looks like a preamble is never taken for one::

    __import__('sys').argv[0]='/pkg/bin/foo';\
    list(map(__import__('site').addsitedir,['/dep/lib']));'unwrap:<64 hex digits>';

It defines no name and leaves `__doc__` alone. `wrap` puts it where the grammar allows a first
statement: after the shebang, the encoding cookie, comments, the docstring and every `from
__future__` import. Usually that is a line of its own, ended like the file's first line. After
a semicolon (`"doc"; import os`) it is put into the line, and at the end of a file whose last
line is not ended it begins with a line end. Any other place is accepted by `unwrap` too: the
digest decides. For example, `wrap(source, argv0="/pkg/bin/hi", folders=["/dep/lib"])` turns ::

    #!/usr/bin/python3                 #!/usr/bin/python3
    \"\"\"Say hi.\"\"\"                      \"\"\"Say hi.\"\"\"
    from __future__ import division    from __future__ import division
    import os                          __import__('sys').argv[0]='/pkg/bin/hi';…;'unwrap:9f…';
                                       import os

`unwrap` also knows the line that nixpkgs' wrap-python.nix injects, which carries no digest:
it has to be a whole line of exactly that shape, and the first statement of the program.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PREAMBLE = re.compile(
    rb"__import__\('sys'\)\.argv\[0\]=(?:b?'(?:[^'\\\r\n]|\\.)*'(?:\.decode\('utf-8'\))?);"
    rb"list\(map\(__import__\('site'\)\.addsitedir,\[[^\r\n]*?\]\)\);'unwrap:([0-9a-f]{64})';"
)
NIXPKGS_LINE = re.compile(
    rb"import sys;import site;import functools;sys\.argv\[0\] = '[^'\r\n]*';"
    rb"functools\.reduce\(lambda k, p: site\.addsitedir\(p, k\), "
    rb"\[(?:'[^'\r\n]*'(?:,\s?'[^'\r\n]*')*)?\], site\._init_pathinfo\(\)\);"
)
COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
BOM = codecs.BOM_UTF8


def wrap(source: bytes, *, argv0: str, folders: Sequence[str] = ()) -> bytes:
    """Return *source*, a Python program, with a preamble; `unwrap` gives *source* back."""
    head = read_head(source)
    before, after = source[: head.code], source[head.code :]
    text = (
        f"__import__('sys').argv[0]={_literal(argv0)};"
        f"list(map(__import__('site').addsitedir,[{','.join(map(_literal, folders))}]));"
        f"'unwrap:{hashlib.sha256(source).hexdigest()}';"
    )
    lead = head.line_end if head.unended else b""
    tail = b"" if head.inline or head.unended else head.line_end
    return before + lead + text.encode("ascii") + tail + after


def unwrap(source: bytes) -> bytes | None:
    """Return the original of a wrapped program, or None when *source* holds no preamble."""
    for match in reversed(list(PREAMBLE.finditer(source))):
        digest = match[1].decode()
        for start in _with_line_end(source, match.start(), forwards=False):
            for end in _with_line_end(source, match.end(), forwards=True):
                original = source[:start] + source[end:]
                if hashlib.sha256(original).hexdigest() == digest:
                    return original
    if b"functools.reduce(lambda k, p: site.addsitedir(p, k)" in source:
        start = read_head(source).code
        match_line = NIXPKGS_LINE.match(source, start)
        if match_line:
            ends = list(_with_line_end(source, match_line.end(), forwards=True))
            if len(ends) > 1 or ends[0] == len(source):
                return source[:start] + source[ends[-1] :]
    return None


def _with_line_end(source: bytes, at: int, *, forwards: bool) -> Iterator[int]:
    """Positions with nothing, or one line end of any kind, between them and *at*."""
    yield at
    for line_end in (b"\n", b"\r", b"\r\n"):
        if forwards and source.startswith(line_end, at):
            yield at + len(line_end)
        if not forwards and source[:at].endswith(line_end):
            yield at - len(line_end)


def _literal(text: str) -> str:
    """A literal that means *text* on Python 2 and 3, in ASCII."""
    if text.isascii():
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    return repr(text.encode("utf-8", "surrogateescape")) + ".decode('utf-8')"


@dataclass(frozen=True)
class Head:
    """Where a program's first statements lie; byte offsets into its source.

    *first* is its first statement of any kind and *docstring_end* the end of its docstring
    (*first* when there is none). A statement can be put at *code*: on a line of its own, or
    *inline* where *code* follows a semicolon, or after a line end where the file ends
    *unended* there. *futures_end* is where the last future import ends, 0 without one.
    """

    first: int
    docstring_end: int
    futures_end: int
    code: int
    inline: bool
    unended: bool
    line_end: bytes


#: One token of a head. Only what may stand before the first ordinary statement matters.
TOKEN = re.compile(
    r"""(?P<space>[ \t\f]+|\\(?:\r\n|\r|\n))
    |(?P<comment>\#[^\r\n]*)
    |(?P<newline>\r\n|\r|\n)
    |(?P<string>[bBuUrR]{0,2}(?:
        '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
        |'(?:[^'\\\r\n]|\\(?:\r\n|.))*' |"(?:[^"\\\r\n]|\\(?:\r\n|.))*"))
    |(?P<name>[^\W\d]\w*)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def read_head(source: bytes) -> Head:
    """Find the docstring, the future imports and the first other statement of *source*."""
    encoding = _encoding(source)
    start = len(BOM) if source.startswith(BOM) else 0
    text = source[start:].decode(encoding, "surrogateescape")
    ends = re.search(r"\r\n|\r|\n", text)

    def offset(position: int) -> int:
        return start + len(text[:position].encode(encoding, "surrogateescape"))

    first, docstring_end, futures_end, code, inline = None, None, 0, 0, False
    position = 0
    while True:
        statement = _read_statement(text, position)
        if statement is None:
            break
        first = statement.start if first is None else first
        if statement.kind == "future":
            futures_end = statement.end
        elif statement.kind != "string":
            break
        elif docstring_end is None and not futures_end:
            docstring_end = statement.end
        position, follows = statement.after, statement.semicolon
        # Strings after the docstring are only passed when a future import comes behind them.
        if statement.kind == "future" or docstring_end == statement.end:
            code, inline = position, follows
    if code:
        inline = inline and _read_statement(text, code, same_line=True) is not None
        if not inline:
            code = _next_line(text, code)
    if not inline:
        code = _skip_comments(text, code)
    unended = code == len(text) and bool(text) and not text.endswith(("\r", "\n"))
    # A cookie on line 2 has to stay there; CPython 2 reads it below a line of code, too.
    if (
        not inline
        and not re.search(r"[\r\n]", text[:code])
        and re.match(rb"[^\r\n]*(?:\r\n|\r|\n)" + COOKIE.pattern, source)
    ):
        inline = first is not None and not re.match(
            r"(?:if|for|while|def|class|try|with|async|match)\b|@", text[first:]
        )
    begin = offset(first) if first is not None else offset(len(text))
    return Head(
        first=begin,
        docstring_end=offset(docstring_end) if docstring_end is not None else begin,
        futures_end=offset(futures_end) if futures_end else 0,
        code=offset(code),
        inline=inline,
        unended=unended,
        line_end=ends[0].encode() if ends else b"\n",
    )


def _encoding(source: bytes) -> str:
    """The encoding that PEP 263 gives *source*, or Latin-1 where that does not decode it."""
    lines = re.split(rb"\r\n|\r|\n", source, maxsplit=2)[:2]
    cookie = None
    for line in lines:
        cookie = cookie or COOKIE.match(line)
    for name in (cookie[1].decode("ascii") if cookie else "utf-8", "utf-8"):
        try:
            text = source.decode(name)
            if text.encode(name) == source:
                return name
        except (LookupError, ValueError):
            continue
    return "latin-1"


@dataclass(frozen=True)
class _Statement:
    kind: str
    start: int
    end: int
    after: int
    semicolon: bool


def _read_statement(text: str, position: int, *, same_line: bool = False) -> _Statement | None:
    """Read one statement from *position*; None at the end (or, *same_line*, of the line)."""
    words: list[str] = []
    start = end = position
    depth = 0
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None or token.lastgroup is None:
            break
        kind, word = token.lastgroup, token[0]
        if kind == "newline" and not depth:
            if words or same_line:
                break
        elif word == ";" and not depth:
            return _Statement(_kind(words), start, end, token.end(), semicolon=True)
        elif kind not in ("space", "comment", "newline"):
            start = start if words else token.start()
            end = token.end()
            depth += (word in "([{") - (word in ")]}") if kind == "other" else 0
            words.append("''" if kind == "string" else word)
            if _kind(words) == "code":
                return _Statement("code", start, end, end, semicolon=False)
        position = token.end()
    return _Statement(_kind(words), start, end, position, semicolon=False) if words else None


def _kind(words: Sequence[str]) -> str:
    """Is a statement of these words, or one that begins with them, a string or a future import?"""
    if words[:2] == ["from", "__future__"][: len(words)]:
        return "future"
    return "string" if set(words) <= {"''", "(", ")"} else "code"


def _next_line(text: str, position: int) -> int:
    """The start of the line below *position*, with nothing but a comment left on this one."""
    while position < len(text):
        token = TOKEN.match(text, position)
        assert token is not None
        position = token.end()
        if token.lastgroup == "newline":
            break
    return position


def _skip_comments(text: str, position: int) -> int:
    """The start of the line on which the next statement begins, or the end of the text."""
    line = position
    while position < len(text):
        token = TOKEN.match(text, position)
        if token is None or token.lastgroup not in ("space", "comment", "newline"):
            return line
        position = token.end()
        if token.lastgroup == "newline":
            line = position
    return len(text)
