"""Every source file of every CPython on the machine goes through wrap and unwrap.

One file in 80 by default; all of them, tens of thousands, with the long profile:

    HYPOTHESIS_PROFILE=long python -m pytest tests/reference/test_every_source_file.py
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from reference.wrapping import unwrap, wrap

from .conftest import EXECUTABLES

#: One file in so many is tried.
STEP = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "long" else 80
#: A standard library alone has more files than this, Debian's among them.
FEWEST = 500

FOLDERS = """
import json, site, sysconfig
print(json.dumps([sysconfig.get_path("stdlib")] + site.getsitepackages()))
"""

#: Runs in an interpreter of any version: reads paths with wrapped texts, and compiles them.
COMPILER = r"""
import ast, base64, json, sys, warnings
warnings.simplefilter("ignore")

def parsed(source, path):
    try:
        tree = ast.parse(source, path)
        compile(tree, path, "exec", 0, True)
        return tree, ""
    except Exception as error:
        return None, repr(error)

compiled, wrong = 0, []
while True:
    line = sys.stdin.readline()
    if not line:
        break
    path, wrapped = json.loads(line)
    with open(path.encode("utf-8", "surrogateescape") if str is not bytes else path, "rb") as file:
        source = file.read()
    after, problem = parsed(base64.b64decode(wrapped), "wrapped")
    try:
        before = ast.parse(source, "source")
    except Exception:
        continue
    if after is None:
        if parsed(source, "source")[0] is not None:
            wrong.append("%s: %s" % (path, problem))
        continue
    compiled += 1
    if ast.get_docstring(before, False) != ast.get_docstring(after, False):
        wrong.append("%s: another docstring" % path)
print(json.dumps([compiled, wrong]))
"""


def source_files(executable: Path) -> list[Path]:
    """The files of the standard library and of site-packages, in one order, each once."""
    said = subprocess.run([executable, "-c", FOLDERS], capture_output=True, check=True).stdout
    found = {path.resolve() for folder in json.loads(said) for path in Path(folder).rglob("*.py")}
    return sorted(path for path in found if path.is_file())


@pytest.mark.parametrize(
    "executable", EXECUTABLES, ids=lambda path: f"{path.parts[-3]}-{path.name}"
)
def test_every_source_file(executable: Path) -> None:
    """Every file comes back byte for byte, and what compiled before compiles when wrapped."""
    files = source_files(executable)[::STEP]
    assert len(files) >= FEWEST // STEP
    with tempfile.TemporaryFile() as answer:
        with subprocess.Popen(
            [executable, "-c", COMPILER],
            stdin=subprocess.PIPE,
            stdout=answer,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        ) as compiler:
            assert compiler.stdin is not None
            for path in files:
                source = path.read_bytes()
                wrapped = wrap(source, argv0="/pkg/bin/x", folders=["/dep"])
                assert wrapped != source, path
                assert unwrap(wrapped) == source, path
                assert unwrap(source) is None, path
                line = json.dumps([str(path), base64.b64encode(wrapped).decode()])
                compiler.stdin.write(line.encode() + b"\n")
        assert compiler.returncode == 0
        answer.seek(0)
        compiled, wrong = json.loads(answer.read())
    print(f"{len(files)} files, of which {compiled} compile wrapped and have their docstring")
    assert not wrong
    assert compiled >= len(files) * 0.9
