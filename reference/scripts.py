"""Shebangs: which programs get the environment's interpreter, and how it is named.

The rule is exact. A first line that names this very base (its executable, or another name it
has in its bin) names the environment's program of that name instead; spacing and options stay.
So does the two-line header by which pip and distlib have /bin/sh start this very base. A first
line that begins with `#!python`, as wheels write it, is replaced as pip replaces it: whole.
Every other file stays byte for byte: `env`, sh, perl, ELF, another Python, no shebang.

A prefix that the kernel cannot name in a shebang (too long, or with a blank in it) is named
by /bin/sh. The usual header for that is a string of its own on two new lines, which takes the
place of the docstring, breaks `from __future__` (astral-sh/uv#6489) and moves every line. Here
it is put in front of the first statement, in its line: a string to Python, an exec to sh, which
takes the rest of the line for a comment. `__doc__` is repaired behind the future imports.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from .interpreter import Interpreter
from .wrapping import COMPOUND, declared_encoding, read_head

#: How long a shebang may be, in bytes: BINPRM_BUF_SIZE - 1, since Linux 5.1 and before.
KERNEL = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
LIMIT = 255 if KERNEL >= (5, 1) else 127

SHEBANG = re.compile(rb"(#![ \t]*)([^ \t\r\n]+)([^\r\n]*)")
HEADER = re.compile(
    rb"(#!/bin/sh\r?\n'''exec' )(\"?)(/[^\"\r\n]*?)\2((?: -\S+)* \"\$0\" \"\$@\"\r?\n)"
)


def rewrite(source: bytes, interpreter: Interpreter, environment: Path) -> bytes:
    """Return *source* with the environment's interpreter in its shebang, or as it is."""
    if source.startswith(b"#!python"):
        opening, options, body = b"#!", b"", b"\n" + source.partition(b"\n")[2]
        python = environment / "bin" / f"python{interpreter.minor}"
    else:
        header = HEADER.match(source)
        match = header or SHEBANG.match(source)
        named = Path(os.fsdecode(match[3 if header else 2])) if match else None
        if match is None or named not in interpreter.pythons:
            return source
        python = environment / "bin" / named.name
        if header:
            return header[1] + _shell_word(bytes(python)) + header[4] + source[header.end() :]
        opening, options, body = match[1], match[3], source[match.end() :]
    path = bytes(python)
    shebang = opening + path + options
    short = len(shebang) <= LIMIT and not re.search(rb"\s", path)
    if short and _can_hold(path, source, interpreter):
        return shebang + body
    words = [_shell_word(word) for word in (path, options.strip()) if word]
    command = b"'''exec' " + b" ".join(words) + b' "$0" "$@" #\'\'\''
    return _insert_command(b"#!/bin/sh" + body, command, python2=interpreter.version < (3,))


def _can_hold(path: bytes, source: bytes, interpreter: Interpreter) -> bool:
    """Can the source hold *path* in its first line, in the encoding Python reads it with?

    CPython 2 wants ASCII there, because the cookie comes only on the second line.
    """
    if path.isascii() or interpreter.version < (3,):
        return path.isascii()
    try:
        path.decode(declared_encoding(source))
    except (LookupError, ValueError):
        return False
    return True


def _shell_word(word: bytes) -> bytes:
    """*word* as one word of sh, in ASCII, that may stand in a Python string."""
    if re.fullmatch(rb"[\w ./:@%+=,~^-]+", word):
        return b'"' + word + b'"'
    octal = re.sub(rb"[^\w ./:@+=,-]", lambda match: b"\\%03o" % match[0][0], word)
    return b"\"$(printf '" + octal + b"')\""


def _insert_command(source: bytes, command: bytes, *, python2: bool) -> bytes:
    """Put *command* in front of the first statement, and leave `__doc__` as it would be."""
    head = read_head(source)
    start = source[: head.first].rstrip(b" \t\f") + command  # sh knows no form feed
    docstring = source[head.first : head.docstring_end]
    futures = source[head.docstring_end : head.futures_end]
    rest = source[max(head.docstring_end, head.futures_end) :]
    if docstring.startswith(b"("):
        return start + b";__doc__=" + docstring + futures + rest
    if docstring and (python2 or not re.match(rb"\w?[bB]", docstring)):
        # Neighbouring strings are one; as Python reads it, an octal escape is one character.
        length = len(re.sub(rb"\\[0-7]{3}", b"?", command[3:-3]))
        repair = b";__doc__=__doc__ and __doc__[%d:]" % length
        return start + docstring + futures + repair + rest
    if futures and not docstring:
        return start + b";" + futures + b";__doc__=None" + rest
    separator = head.line_end if not docstring and COMPOUND.match(rest) else b";"
    return start + b";__doc__=None" + separator + docstring + futures + rest
