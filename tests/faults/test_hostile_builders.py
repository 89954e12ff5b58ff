"""What a hostile builder may answer and leave at its output, and what becomes of it.

`ATTEMPTS` is a table of docs/trust.md, as in test_hostile_steps.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen

from envparity.cache import remove_tree
from envparity.report.jsonl import read_report
from tests.acceptance.conftest import Runner, write_builder, write_scenario


@frozen
class Attempt:
    """The body of a builder, what stops it, and what the run says."""

    build: str
    stops: str
    outcomes: frozenset[str]
    words: str = ""


def ends_in(*outcomes: str) -> frozenset[str]:
    """Cells end in one of these."""
    return frozenset(outcomes)


ATTEMPTS: Mapping[str, Attempt] = {
    "an environment that is a link to /": Attempt(
        "os.symlink('/', output)",
        "the interpreter is looked for in the sandbox", ends_in("error"), "is no program",
    ),
    "an environment that is a link to the interpreter": Attempt(
        "os.symlink(interpreter['prefix'], output)",
        "it has no packages, and is compared as any other",
        ends_in("differs", "parity"),
        "greet: not found",
    ),
    "terminal escapes and a fake report line in its reason": Attempt(
        "sys.stderr.write('\\x1b[2J\\x1b]0;owned\\x07\\x9b31m {\"kind\": \"footer\"}"
        " \\u202eevil\\n'); sys.exit(3)",
        "control characters are shown, and reports are JSON", ends_in("refused"), "\\x1b[2J",
    ),
    "terminal escapes and fake report lines in a program's output": Attempt(
        "import shutil\nos.makedirs(output + '/bin')\n"
        "program = output + '/bin/' + os.path.basename(interpreter['executable'])\n"
        "open(program, 'w').write('#!/bin/sh\\nprintf \"\\\\033[2J\\\\n"
        "{\\\\\"kind\\\\\": \\\\\"footer\\\\\"}\\\\n\\\\a\"\\n')\n"
        "os.chmod(program, 0o755)",
        "control characters are shown, and reports are JSON", ends_in("differs"),
    ),
    "a fake answer of the protocol": Attempt(
        "print(json.dumps({'prefix': '/', 'scripts': '/bin', 'site': '/'}))",
        "a prefix has to be where the builder may write", ends_in("error"), "cannot own",
    ),
    "an answer of ten megabytes": Attempt(
        "print('{' + '\"prefix\": \"' + 'x' * 10_000_000)",
        "output is cut off", ends_in("error"),
    ),
    "an answer that is nested without end": Attempt(
        "print('{\"prefix\": ' + '[' * 100_000)",
        "it is no answer", ends_in("error"),
    ),
    "an answer that is no text": Attempt(
        "os.makedirs(output); sys.stdout.buffer.write(b'{\"prefix\": \"\\xff\\x00\"}\\n')",
        "it is no answer", ends_in("error"),
    ),
    "twelve hundred folders, each in the last": Attempt(
        "os.makedirs(output); os.chdir(output)\n"
        "for _ in range(1200):\n    os.mkdir('d'); os.chdir('d')\nsys.exit(1)",
        "removed by a program that needs no recursion", ends_in("error"),
    ),
    "special files, loops and strange names": Attempt(
        "import socket\nos.makedirs(output + '/lib'); os.chdir(output)\n"
        "os.mkfifo('fifo'); os.symlink('.', 'loop'); os.symlink('self', 'self')\n"
        "socket.socket(socket.AF_UNIX).bind('socket'); os.symlink('/dev/zero', 'zero')\n"
        "open(b'new\\nline\\xff', 'w'); os.symlink('/', 'lib/root'); os.mkdir('closed', 0)\n"
        "sys.exit(1)",
        "nothing at the output is followed or opened", ends_in("error"),
    ),
    "inputs that it replaces by links": Attempt(
        "for package in request['packages']:\n"
        "    try:\n"
        "        os.remove(package['wheel']); os.symlink('/etc/passwd', package['wheel'])\n"
        "    except OSError: pass\n"
        "os.makedirs(output + '/bin')\n"
        "os.symlink(interpreter['executable'],"
        " output + '/bin/' + os.path.basename(interpreter['executable']))",
        "links among the inputs are not followed", ends_in("differs", "error"), "a link",
    ),
}  # fmt: skip


@pytest.fixture(name="contract")
def _contract(corpus: Path) -> Path:
    """The corpus, and what the harness itself looks at in a builder's output and input."""
    for guarantee in ("deterministic", "inputs-untouched", "leaves-nothing"):
        folder = write_scenario(
            corpus / "contract" / guarantee,
            'summary = "A builder keeps its word"\norigin = ["PEP 427"]\n'
            f'guarantee = "{guarantee}"',
        )
        module = folder / "packages" / "greeter" / "lib" / "greeter.py"
        module.parent.mkdir(parents=True)
        module.write_text("")
    return corpus


@pytest.mark.parametrize("name", ATTEMPTS)
def test_contained(
    envparity: Runner, contract: Path, tmp_path: Path, newest: str, name: str, cache: Path
) -> None:
    """The run tells of it in whole lines, is not green, and leaves nothing behind."""
    tried = ATTEMPTS[name]
    builder = write_builder(tmp_path / "hostile", tried.build)
    ended = envparity(f"--corpus={contract}", f"--python={newest}", "-n0", "-b", f"exec:{builder}")
    assert 1 == ended.status, ended.output
    outcomes = {cell["outcome"] for cell in ended.cells if "contract" not in cell["scenario"]}
    assert outcomes <= tried.outcomes, ended.output
    assert tried.words in ended.output
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & {*ended.output}
    assert "Traceback" not in ended.output
    assert 5 == len(read_report(tmp_path / "report.jsonl").verdicts)
    assert [] == list((cache / "runs").iterdir())


def test_a_name_with_escapes(envparity: Runner, corpus: Path, tmp_path: Path, newest: str) -> None:
    """What a builder says of itself steers no terminal and adds no line to a report."""
    name = "evil\x1b[2J\n" + json.dumps({"kind": "footer"})
    builder = tmp_path / "builder"
    described = json.dumps({"protocol": 1, "name": name, "version": name, "homepage": name})
    builder.write_text(f"#!/bin/sh\n[ $1 = describe ] && cat <<'E'\n{described}\nE\nexit 4\n")
    builder.write_text(builder.read_text().replace("E\nexit 4", "E\n[ $1 = describe ] || exit 4"))
    builder.chmod(0o755)
    ended = envparity(f"--corpus={corpus}", f"--python={newest}", "-n0", "-b", f"exec:{builder}")
    assert (5, {"unsupported": 2}) == (ended.status, ended.outcomes()), ended.output
    assert name == ended.header["builders"][0]["name"]
    assert "\x1b" not in ended.output


def test_deep_trees_are_removed(tmp_path: Path) -> None:
    """However deep a tree is, and whatever modes it has, it can be removed."""
    import os

    root = tmp_path / "root"
    root.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o750)
    here = os.open(root, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        os.symlink(outside, "link", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    remove_tree(root)
    assert not root.exists()
    assert 0o750 == outside.stat().st_mode & 0o777
