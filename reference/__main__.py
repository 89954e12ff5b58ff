"""The reference as a program: the builder protocol, and `make` for a person.

    python -m reference describe
    python -m reference build REQUEST.json
    python -m reference make --python 3.12 --output env some.whl …
    python -m reference wrap FILE [--argv0 PATH] [--folder PATH]…     to stdout
    python -m reference unwrap FILE                                   to stdout

`--link-mode symlink|hardlink|copy` goes with `build` and `make`, before or after the word.
Exit status: 0 done, 1 failed, 2 usage, 3 refused, 4 unsupported; the reason is one line on stderr.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from . import build as builder
from . import wrapping
from .errors import BuildError, Unsupported

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


def fingerprint() -> str:
    """A digest of the reference's own sources: another one may build differently."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.[pc]*")):
        if path.suffix in (".py", ".c"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _stop(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def describe() -> dict[str, Any]:
    """What the builder protocol asks a builder about itself."""
    return {
        "protocol": PROTOCOL,
        "name": "reference",
        "version": "1",
        "homepage": "https://github.com/envparity/envparity/tree/main/reference",
        "fingerprint": fingerprint(),
    }


def _build(options: argparse.Namespace) -> None:
    request = read_request(options.request)
    try:
        executable = Path(request["interpreter"]["executable"])
        wheels = [Path(package["wheel"]) for package in request["packages"]]
        output = Path(request["output"])
    except (KeyError, TypeError) as error:
        raise BuildError(f"{options.request}: not a request: {error} is missing") from None
    builder.build(executable, wheels, output, link_mode=options.link_mode or "symlink")


def read_request(path: Path) -> dict[str, Any]:
    """Return the request of the builder protocol in the file *path*."""
    try:
        request = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BuildError(f"{path}: not a request: {error}") from None
    if not isinstance(request, dict):
        raise BuildError(f"{path}: not a request: not an object")
    if request.get("protocol") != PROTOCOL:
        raise Unsupported(f"{path}: only protocol {PROTOCOL} is spoken here")
    return request


def _make(options: argparse.Namespace) -> None:
    name = options.python
    names = [name, f"python{name}"] if name[0].isdigit() else [name]
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise BuildError(f"{name}: no such interpreter on PATH")
    mode = options.link_mode or "symlink"
    builder.build(Path(found), options.wheels, options.output, link_mode=mode)


def _wrap(options: argparse.Namespace) -> None:
    source = _read(options.file)
    argv0 = options.argv0 or str(options.file)
    sys.stdout.buffer.write(wrapping.wrap(source, argv0=argv0, folders=options.folder))


def _unwrap(options: argparse.Namespace) -> None:
    original = wrapping.unwrap(_read(options.file))
    if original is None:
        raise BuildError(f"{options.file}: holds no preamble")
    sys.stdout.buffer.write(original)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BuildError(f"{path}: {error.strerror}") from None


def _parser() -> argparse.ArgumentParser:
    modes = argparse.ArgumentParser(add_help=False)
    modes.add_argument("--link-mode", choices=builder.LINK_MODES, default=argparse.SUPPRESS)
    parser = argparse.ArgumentParser(prog="reference", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--link-mode", choices=builder.LINK_MODES, default=None)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words = commands.add_parser("describe", parents=[modes])
    words.set_defaults(run=lambda _: print(json.dumps(describe())))
    build = commands.add_parser("build", parents=[modes])
    build.add_argument("request", type=Path)
    build.set_defaults(run=_build)
    make = commands.add_parser("make", parents=[modes])
    make.add_argument("--python", required=True)
    make.add_argument("--output", required=True, type=Path)
    make.add_argument("wheels", nargs="*", type=Path)
    make.set_defaults(run=_make)
    wrap = commands.add_parser("wrap")
    wrap.add_argument("--argv0")
    wrap.add_argument("--folder", action="append", default=[])
    wrap.add_argument("file", type=Path)
    wrap.set_defaults(run=_wrap)
    unwrap = commands.add_parser("unwrap")
    unwrap.add_argument("file", type=Path)
    unwrap.set_defaults(run=_unwrap)
    return parser


if __name__ == "__main__":
    sys.exit(main())
