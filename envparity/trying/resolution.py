"""From what a user requires to wheels and their hashes: pip resolves, and the index keeps them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from envparity.errors import PackageUnavailable, UsageError
from envparity.index import NO_NETWORK, PATIENCE, Index

if TYPE_CHECKING:
    from envparity.interpreter import Interpreter

_UNSATISFIED = re.compile(r"satisfies the requirement (\S+)[^\n]*\(from versions: ([^)]*)\)")
_NOT_SERVED = re.compile(r"This version of pip does not support python (\S+) \(requires ([^)]*)\)")


def parse(texts: Sequence[str]) -> list[Requirement]:
    """The requirements that a user has typed, each name once; UsageError names what is none."""
    found: dict[str, Requirement] = {}
    for text in texts:
        try:
            one = Requirement(text)
        except InvalidRequirement as error:
            reason = str(error).splitlines()[0]
            raise UsageError(
                f"no requirement: {text!r}: {reason}", hint="as in black, or flask[async]>=3"
            ) from None
        if one.url is not None or one.marker is not None:
            raise UsageError(
                f"{text!r} names more than a distribution of an index",
                hint="a name, with extras and versions if need be",
            )
        if one.name.lower() in found:
            raise UsageError(
                f"{one.name} is required twice", hint="once, with all that it has to be"
            )
        found[one.name.lower()] = one
    return list(found.values())


def resolve(
    requirements: Sequence[Requirement], interpreter: Interpreter, index: Index
) -> list[str]:
    """Download the wheels of *requirements* and of all that they require, for *interpreter*.

    Returns the entries of a lock that pins them for this interpreter; the wheels are in the
    index's cache. pip runs on *interpreter*, so that markers and tags are its own, and takes no
    source distribution, so that nothing else is run. Raises PackageUnavailable, in one line.
    """
    with tempfile.TemporaryDirectory(prefix=".draft-", dir=index.cache.folder) as name:
        listed = [str(one) for one in requirements]
        said = _pip(
            *("--python", str(interpreter.executable), "download", "--only-binary=:all:"),
            *("--dest", name, *listed),
        )
        if said:
            raise _unavailable(said, interpreter)
        return index.adopt(sorted(Path(name).glob("*.whl")), interpreter)


def _pip(*arguments: str) -> str:
    """What pip says if it fails, and nothing if it does not."""
    options = ("--no-input", "--disable-pip-version-check", "--retries=1")
    verb = arguments[2] if arguments[0] == "--python" else arguments[0]
    words = [*arguments[: arguments.index(verb) + 1], "--quiet", *options]
    words += arguments[arguments.index(verb) + 1 :]
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-m", "pip", *words],
            # The interpreter under test is only read.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"ERROR: pip has not done in {PATIENCE:g} s"
    return (ended.stderr + ended.stdout).strip() if ended.returncode != 0 else ""


def _unavailable(said: str, interpreter: Interpreter) -> PackageUnavailable:
    """What pip's words come down to."""
    if NO_NETWORK.search(said):
        return PackageUnavailable("no package index can be reached", hint="pip says so")
    if "No module named pip" in said:
        return PackageUnavailable(
            "envparity's own Python has no pip to download with",
            hint=f"{sys.executable} -m ensurepip, or pip install 'envparity[wild]'",
        )
    if not_served := _NOT_SERVED.search(said):
        return PackageUnavailable(
            f"this pip does not serve Python {interpreter.version}, and needs {not_served[2]}",
            hint="name another one with --python",
        )
    if missing := _UNSATISFIED.search(said):
        return _missing(missing[1], missing[2], interpreter)
    errors = re.findall(r"^ERROR: (.*)", said, re.MULTILINE)
    return PackageUnavailable(errors[0] if errors else said.splitlines()[-1], hint="pip says so")


def _missing(text: str, versions: str, interpreter: Interpreter) -> PackageUnavailable:
    """Why *text* cannot be had: a version, a wheel, or all of it is missing."""
    name = re.split(r"[^\w.-]", text, maxsplit=1)[0]
    if versions not in {"", "none"}:
        newest = versions.rsplit(", ", maxsplit=1)[-1]
        return PackageUnavailable(
            f"no version of {name} is {text.removeprefix(name)}", hint=f"the last is {newest}"
        )
    if not _pip("index", "versions", name):
        return PackageUnavailable(
            f"{name} has no wheel for Python {interpreter.version}",
            hint="source distributions are not built: that would run their code",
        )
    return PackageUnavailable(f"no package index at hand has {name}", hint="pip says so")
