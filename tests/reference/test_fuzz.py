"""Whatever bytes are in a wheel or at the head of a program: a line about them, or none at all."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from reference import packages, scripts
from reference.errors import BuildError
from reference.store import Store

from .conftest import EXECUTABLES, ask

BASE = ask(EXECUTABLES[-1])
WHEEL = "p-1.0-py2.py3-none-any.whl"
ENVIRONMENT = Path("/env with space")

RECORD = "p.py,,\np-1.0.data/scripts/p,,\np-1.0.dist-info/METADATA,,\np-1.0.dist-info/WHEEL,,\n"
MEMBERS = {
    "p.py": "print(1)\n",
    "p-1.0.data/scripts/p": "#!python\nimport p\n",
    "p-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: p\nVersion: 1.0\n\n",
    "p-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "p-1.0.dist-info/RECORD": f"{RECORD}p-1.0.dist-info/RECORD,,\n",
}


def zipped(members: dict[str, str]) -> bytes:
    """A wheel, stored without compression so that a changed byte is a changed byte."""
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in members.items():
                archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
        return file.getvalue()


WHOLE = zipped(MEMBERS)


def spliced(cut: tuple[int, int, bytes]) -> bytes:
    """A whole wheel, with some bytes of it replaced by others."""
    first, length, new = cut
    return WHOLE[:first] + new + WHOLE[first + length :]


#: Wheels that were damaged, and wheels whose texts are anything.
WHEELS = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 9), st.binary(max_size=9)).map(
    spliced
) | st.tuples(st.sampled_from(sorted(MEMBERS)), st.text(max_size=80)).map(
    lambda change: zipped({**MEMBERS, change[0]: change[1]})
)


@given(WHEELS)
@example(WHOLE)
@example(b"")
def test_wheels(content: bytes) -> None:
    """A wheel is unpacked, or refused in one line; nothing is written beside the store."""
    with tempfile.TemporaryDirectory() as place:
        wheel = Path(place, WHEEL)
        wheel.write_bytes(content)
        said = ""
        try:
            package = packages.load(wheel, BASE, Store(Path(place, "store")))
        except BuildError as error:
            said = str(error)
        else:
            assert WHEEL == package.origin
        assert len(said.splitlines()) <= 1
        assert {WHEEL, "store"} >= {path.name for path in Path(place).iterdir()}


#: First lines, whole or not, of programs of all kinds.
HEADS = st.sampled_from(
    [b"", b"#!", b"#!python", b"#!python3 -E", b"#!/bin/sh", b"#!/usr/bin/env python", b"\x7fELF",
     b"#!" + bytes(BASE.executable), b"#! " + bytes(BASE.executable) + b" -I",
     b"#!/bin/sh\n'''exec' " + bytes(BASE.executable) + b' "$0" "$@"', b"\xef\xbb\xbf#!python"]
)  # fmt: skip
PROGRAMS = st.tuples(HEADS, st.binary(max_size=60)).map(b"".join) | st.tuples(
    HEADS, st.sampled_from([b"\n", b"\r\n", b" ", b"\0"]), st.binary(max_size=60)
).map(b"".join)


@given(PROGRAMS)
def test_programs(source: bytes) -> None:
    """Whatever does not begin with a shebang stays byte for byte; what does keeps one."""
    written = scripts.rewrite(source, BASE, ENVIRONMENT)
    if not source.startswith(b"#!"):
        assert source == written
    else:
        assert written.startswith(b"#!")
