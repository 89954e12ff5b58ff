"""The reference as a program: the builder protocol, and `make` for a person.

    python -m reference [--link-mode symlink|folders|hardlink|copy] COMMAND

    describe                says what it is, in JSON
    build REQUEST.json      builds what the builder protocol asks for
    make --python 3.12 --output env some.whl some-package-tree/@-1 …

Exit status: 0 done, 1 failed, 2 usage, 3 refused, 4 unsupported; the reason is one line on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import build as builder
from .errors import BuildError, Unsupported
from .store import digest_of

PROTOCOL = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = _parser().parse_args(arguments)
    os.umask(0o022)  # an environment is for everybody who can reach it, whoever builds it
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        options.run(options)
    except BuildError as error:
        print(f"reference: {' '.join(str(error).splitlines())}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("reference: interrupted", file=sys.stderr)
        return 130
    return 0


def describe() -> dict[str, Any]:
    """What the builder protocol asks a builder about itself; other sources may build otherwise."""
    sources = [path for path in Path(__file__).parent.iterdir() if path.suffix in (".py", ".c")]
    return {
        "protocol": PROTOCOL,
        "name": "reference",
        "version": "1",
        "homepage": "https://github.com/envparity/envparity/tree/main/reference",
        "fingerprint": digest_of(b"\0".join(path.read_bytes() for path in sorted(sources))),
    }


def read_request(path: Path) -> tuple[Path, list[Path], Path]:
    """Return the interpreter, the wheels and the output of the request in the file *path*."""
    try:
        request = json.loads(path.read_bytes())
        if request["protocol"] != PROTOCOL:
            raise Unsupported(f"{path}: only protocol {PROTOCOL} is spoken here")
        wheels = [package["wheel"] for package in request["packages"]]
        words = (request["interpreter"]["executable"], *wheels, request["output"])
        if any("\0" in word for word in words):
            raise ValueError("a path holds a NUL")
    except KeyError as error:
        raise BuildError(f"{path}: not a request: {error} is missing") from None
    except (OSError, ValueError, TypeError) as error:
        raise BuildError(f"{path}: not a request: {error}") from None
    executable, *wheels, output = map(Path, words)
    return executable, wheels, output


def _build(options: argparse.Namespace) -> None:
    builder.build(*read_request(options.request), link_mode=options.link_mode)


def _make(options: argparse.Namespace) -> None:
    name = options.python
    found = next(filter(None, map(shutil.which, (name, f"python{name}"))), None)
    if found is None:
        raise BuildError(f"{name}: no such interpreter on PATH")
    ranked = [
        re.fullmatch(r"(.*?)(?:(?<=.)@(-?\d+))?", text, re.DOTALL) for text in options.packages
    ]
    builder.build(
        Path(found), [Path(match[1]) for match in ranked if match], options.output,
        link_mode=options.link_mode, priorities=[int(match[2] or 0) for match in ranked if match],
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reference", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--link-mode", choices=builder.LINK_MODES, default="symlink")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("describe").set_defaults(run=lambda _: print(json.dumps(describe())))
    build = commands.add_parser("build")
    build.add_argument("request", type=Path)
    build.set_defaults(run=_build)
    make = commands.add_parser("make")
    make.add_argument("--python", required=True, help="3.12, a name on PATH or a path")
    make.add_argument("--output", required=True, type=Path)
    make.add_argument("packages", nargs="*", metavar="PACKAGE[@PRIORITY]",
                      help="a wheel or a package tree; the lower priority wins")  # fmt: skip
    make.set_defaults(run=_make)
    return parser


if __name__ == "__main__":
    sys.exit(main())
