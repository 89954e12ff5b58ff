"""The name and the folders that a program is wrapped with may be any that a file system allows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.wrapping import unwrap, wrap

from .conftest import EXECUTABLES

PATHS = st.binary(min_size=1).map(lambda path: os.fsdecode(path.replace(b"\0", b"/")))
PATHS |= st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)

#: Says, in any version, what the program's name and the last folder are, as bytes in hexadecimal.
PROGRAM = b"""import binascii, os, sys
for path in (sys.argv[0], sys.path[-1]):
    assert isinstance(path, str), repr(path)
    path = path if bytes is str else os.fsencode(path)
    print(binascii.hexlify(path).decode())
"""


@given(PATHS, st.lists(PATHS))
@example("/o'é", [])
@example("/o'clock\\", ["/a]);'unwrap:", "/%s", '/"', "/\n", "/\r", "/\\n"])
def test_any_path(argv0: str, folders: list[str]) -> None:
    """Any path can be written into a preamble: the program compiles and comes back."""
    source = b"import os\n"
    wrapped = wrap(source, argv0=argv0, folders=folders)
    compile(wrapped, "x", "exec", dont_inherit=True)
    assert unwrap(wrapped) == source


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize(
    "name", [b"x", b"o'clock", "\u00e9'\"".encode(), b"\xff", b"\r\n\\", b"%s{}$x"]
)
def test_paths_are_seen(tmp_path: Path, name: bytes, locale: str) -> None:
    """On every CPython the program sees the very bytes of the paths, in a str as it always is."""
    path = tmp_path / "program.py"
    argv0, folder = b"/pkg/bin/" + name, b"/dep/" + name
    path.write_bytes(wrap(PROGRAM, argv0=os.fsdecode(argv0), folders=[os.fsdecode(folder)]))
    wrong = {}
    for executable in EXECUTABLES:
        variables = {"PATH": os.defpath, "LC_ALL": locale}
        done = subprocess.run([executable, path], env=variables, capture_output=True, check=False)
        if done.stdout.decode().split() != [argv0.hex(), folder.hex()]:
            wrong[str(executable)] = (done.stdout, done.stderr.splitlines()[-1:])
    assert not wrong
