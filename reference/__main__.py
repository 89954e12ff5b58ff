"""The reference as a program: the builder protocol, and `make` for a person.

    python -m reference describe
    python -m reference build REQUEST.json
    python -m reference make --python 3.12 --output env some.whl some-package-tree/ …

`--link-mode symlink|hardlink|copy` goes with `build` and `make`, before or after the word.
Exit status: 0 done, 1 failed, 2 usage, 3 refused, 4 unsupported; the reason is one line on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from . import build as builder
from .errors import BuildError, Unsupported
from .store import digest_of

PROTOCOL = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = _parser().parse_args(arguments)
    os.umask(0o022)  # an environment is for everybody who can reach it, whoever builds it
    signal.signal(signal.SIGTERM, _stop)
    try:
        options.run(options)
    except BuildError as error:
        print(f"reference: {' '.join(str(error).splitlines())}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print("reference: interrupted", file=sys.stderr)
        return 130
    return 0


def _stop(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def describe() -> dict[str, Any]:
    """What the builder protocol asks a builder about itself; other sources may build otherwise."""
    sources = sorted(Path(__file__).parent.glob("*.[pc]*"))
    texts = [path.read_bytes() for path in sources if path.suffix in (".py", ".c")]
    return {
        "protocol": PROTOCOL,
        "name": "reference",
        "version": "1",
        "homepage": "https://github.com/envparity/envparity/tree/main/reference",
        "fingerprint": digest_of(repr(texts).encode()),
    }


def read_request(path: Path) -> dict[str, Any]:
    """Return the request of the builder protocol in the file *path*."""
    try:
        request = json.loads(path.read_bytes())
        if "\\u0000" in json.dumps(request):
            raise ValueError("it holds a NUL")
    except (OSError, ValueError) as error:
        raise BuildError(f"{path}: not a request: {error}") from None
    if not isinstance(request, dict):
        raise BuildError(f"{path}: not a request: not an object")
    if request.get("protocol") != PROTOCOL:
        raise Unsupported(f"{path}: only protocol {PROTOCOL} is spoken here")
    return request


def _build(options: argparse.Namespace) -> None:
    request = read_request(options.request)
    try:
        executable = Path(request["interpreter"]["executable"])
        wheels = [Path(package["wheel"]) for package in request["packages"]]
        output = Path(request["output"])
    except (KeyError, TypeError) as error:
        raise BuildError(f"{options.request}: not a request: {error} is missing") from None
    builder.build(executable, wheels, output, link_mode=options.link_mode or "symlink")


def _make(options: argparse.Namespace) -> None:
    name = options.python
    found = next(filter(None, map(shutil.which, (name, f"python{name}"))), None)
    if found is None:
        raise BuildError(f"{name}: no such interpreter on PATH")
    given = [text.rpartition("@") for text in options.packages]
    ranked = [(path, int(rank)) if path and rank.lstrip("-").isdigit() else (path + at + rank, 0)
              for path, at, rank in given]  # fmt: skip
    builder.build(
        Path(found), [Path(path) for path, _ in ranked], options.output,
        link_mode=options.link_mode or "symlink", priorities=[rank for _, rank in ranked],
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    modes = argparse.ArgumentParser(add_help=False)
    modes.add_argument("--link-mode", choices=builder.LINK_MODES, default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(prog="reference", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--link-mode", choices=builder.LINK_MODES)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words = commands.add_parser("describe", parents=[modes])
    words.set_defaults(run=lambda _: print(json.dumps(describe())))
    build = commands.add_parser("build", parents=[modes])
    build.add_argument("request", type=Path)
    build.set_defaults(run=_build)
    make = commands.add_parser("make", parents=[modes])
    make.add_argument("--python", required=True, help="3.12, a name on PATH or a path")
    make.add_argument("--output", required=True, type=Path)
    make.add_argument("packages", nargs="*", metavar="PACKAGE[@PRIORITY]",
                      help="a wheel or a package tree; the lower priority wins")  # fmt: skip
    make.set_defaults(run=_make)
    return parser


if __name__ == "__main__":
    sys.exit(main())
