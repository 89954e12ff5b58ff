"""`nixpkgs:CHECKOUT[@REVISION][?stdenv=own]`: what a checkout of nixpkgs makes of an interpreter.

The checkout's own `wrapper.nix`, `wrap.sh`, `buildEnv`, `makeWrapper` and `makeBinaryWrapper` are
run by a real Nix, on the toolchain of the machine and the interpreter under test
(`environment.nix`). The store is the builder's own and stays in envparity's cache, so that Nix
itself knows what a change to the checkout makes necessary.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from envparity.builders import Refused, Unsupported
from envparity.builders.adapter import PROGRAM, Facts, Package, Task, version_of
from envparity.builders.nixpkgs.checkout import OWN, Checkout
from envparity.builders.nixpkgs.nix import STORE, Nix
from envparity.cache import digest, digest_of_files
from envparity.comparison import SHARED_PREFIXES
from envparity.errors import BuilderError

if TYPE_CHECKING:
    from envparity.builders.program import ProgramBuilder

HOMEPAGE = "https://github.com/NixOS/nixpkgs"

HERE = Path(__file__).parent

#: Seconds that a build may take with the checkout's own standard environment.
OWN_TIMEOUT = 3600.0

#: Programs of the machine that a build runs, and the packages of Debian that have them.
TOOLS = {"bash": "bash", "perl": "perl", "cc": "gcc", "patchelf": "patchelf"}

#: How nixpkgs says that it will not make this.
_REFUSES = re.compile(
    r"collision between|conflicting subpath|not installed$|not satisfied by version"
    r"|outside .*target"
)

#: How `own.nix` says that the checkout has another interpreter than the one under test.
_LACKS = re.compile(r"the checkout has (?:no python|Python .*, not )")

#: What a Nix store's path is made of.
_PLAIN = re.compile(r"[\w./+-]{1,120}", re.ASCII)


def nixpkgs(argument: str) -> ProgramBuilder:
    """The builder `nixpkgs:ARGUMENT`; UsageError where there is no such checkout."""
    from envparity.builders.program import BUILD_TIMEOUT, ProgramBuilder  # noqa: PLC0415
    from envparity.capability import find_program  # noqa: PLC0415

    checkout = Checkout.parse(argument)
    own = checkout.stdenv == OWN
    found = find_program("nix-build")
    tools = {one.parents[1] for one in (found, found.resolve())} if found else set()
    return ProgramBuilder(
        f"nixpkgs:{argument}",
        (sys.executable, "-I", "-c", PROGRAM, "nixpkgs", checkout.dump(), str(found or "")),
        places=(*checkout.places, *tools),
        bare_base=True,
        keep="nixpkgs",
        program=found,
        build_timeout=OWN_TIMEOUT if own else BUILD_TIMEOUT,
        store=STORE if own else None,
    )


@frozen
class Nixpkgs:
    """A checkout and a Nix."""

    argument: str
    tool: str

    @property
    def checkout(self) -> Checkout:
        """The checkout that was asked for."""
        return Checkout.load(self.argument)

    def describe(self) -> Facts:
        """What the checkout is."""
        checkout = self.checkout
        number = checkout.folder / "lib" / ".version"
        version = number.read_text().strip() if number.is_file() else ""
        if checkout.commit:
            version = checkout.commit[:12]
        nix = version_of(self.tool)
        if nix:
            Nix(self.tool, Path.home().resolve()).prune()
        ours = digest_of_files(*sorted(HERE.glob("*.*")))
        declared = checkout.fingerprint()
        return Facts(
            "nixpkgs",
            f"{version} (Nix {nix})" if nix else version,
            HOMEPAGE,
            fingerprint=declared and digest(ours, declared),
        )

    def build(self, task: Task) -> dict[str, str]:
        """The environment, wherever in its store Nix puts it."""
        home = Path.home().resolve()
        nix = Nix.found(self.tool, home)
        if not _PLAIN.fullmatch(str(task.output)):
            raise Unsupported("Nix chooses an environment's path, and a store has none like this")
        checkout = self.checkout
        root = checkout.root(home)
        request: dict[str, Any] = {
            "files": checkout.files(root),
            "packages": package_facts(task.packages),
        }
        if checkout.stdenv == OWN:
            attribute = "python" + task.minor.replace(".", "")
            request["python"] = {"attribute": attribute, "version": task.version}
        else:
            request["python"] = python_facts(task)
            request["tools"] = tools(task)
            request["path"] = os.environ["PATH"]
        text = json.dumps(request, indent=1)
        place = task.scratch / "request.json"
        place.write_text(text)
        own = checkout.stdenv == OWN
        expression = HERE / ("own.nix" if own else "environment.nix")
        try:
            prefix = nix.build(expression, place, digest(checkout.dump(), text), shared=own)
        except BuilderError as error:
            message = error.message.replace(str(root), str(checkout.folder))
            message = re.sub(rf"{re.escape(str(home))}/store/\w{{32}}-", "", message)
            if _LACKS.search(message):
                raise Unsupported(message) from None
            kind = Refused if _REFUSES.search(message) else BuilderError
            raise kind(message) from None
        return {"prefix": str(prefix), "store": str(prefix.parent)}


def python_facts(task: Task) -> dict[str, Any]:
    """What nixpkgs knows of an interpreter; Unsupported for one that cannot be a package."""
    name = task.python.name
    library = f"lib/{name}"
    if task.base in SHARED_PREFIXES or not (task.base / library / "os.py").is_file():
        raise Unsupported(f"{task.base} is not the interpreter's own: nixpkgs gives it a prefix")
    major, minor = (int(part) for part in task.minor.split("."))
    return {
        "name": f"python{'3' if major == 3 else ''}-{task.minor}",
        "executable": name,
        "sitePackages": f"{library}/site-packages",
        "libPrefix": name,
        "pythonVersion": task.minor,
        "isPy2": major == 2,
        "isPy3": major == 3,
        "isPy3k": major == 3,
        "prefix": str(task.base),
        "fingerprint": fingerprint(task),
        # What the hook imports needs this Python.
        "checks": (major, minor) >= (3, 8),
    }


def fingerprint(task: Task) -> str:
    """Changes when what is copied of the base interpreter does."""
    facts = []
    for name in ("bin", "include", "lib"):
        for where, folders, files in os.walk(task.base / name):
            folders[:] = sorted(set(folders) - {"__pycache__", "site-packages", "test"})
            for file in sorted(files):
                status = Path(where, file).lstat()
                facts.append(f"{where}/{file} {status.st_size} {status.st_mtime_ns}")
    return digest(*facts)


def package_facts(packages: tuple[Package, ...]) -> list[dict[str, Any]]:
    """The packages with the keys of those that each requires, as far as they are among them.

    Nix knows no circles: of one, the requirement that closes it is left out.
    """
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415
    from packaging.utils import canonicalize_name  # noqa: PLC0415

    keys = {canonicalize_name(one.name): str(number) for number, one in enumerate(packages)}
    facts: list[dict[str, Any]] = []
    for number, one in enumerate(packages):
        names = []
        for text in one.requires:
            try:
                names.append(canonicalize_name(Requirement(text).name))
            except InvalidRequirement:
                continue
        facts.append(
            {
                "key": str(number),
                "name": one.name,
                "version": one.version,
                "label": re.sub(r"[^\w+.-]", "-", f"{one.name}-{one.version}", flags=re.ASCII),
                "wheel": str(one.wheel),
                "demands": list(one.requires),
                "requires": sorted({keys[name] for name in names if name in keys} - {str(number)}),
            }
        )
    _open_circles({one["key"]: one["requires"] for one in facts})
    return facts


def _open_circles(requires: dict[str, list[str]]) -> None:
    done: set[str] = set()

    def visit(key: str, above: tuple[str, ...]) -> None:
        requires[key][:] = [one for one in requires[key] if one not in above]
        for one in requires[key]:
            if one not in done:
                visit(one, (*above, one))
        done.add(key)

    for key in requires:
        visit(key, (key,))


def tools(task: Task) -> dict[str, str]:
    """The machine's programs that a build runs; Unsupported names what is missing."""
    from importlib.metadata import version  # noqa: PLC0415

    import packaging  # noqa: PLC0415

    found = {
        "python": sys.executable,
        "installer": version("installer"),
        "packaging": str(Path(packaging.__file__).parent),
    }
    for name, package in TOOLS.items():
        path = shutil.which(name)
        if path is not None:
            found[name] = path
        elif name != "patchelf" or list((task.base / "lib").glob("libpython*.so*")):
            raise Unsupported(f"{name} is not installed here: `apt install {package}`")
    compiler = Path(found["cc"]).resolve()
    found["compiler"] = f"{compiler} {compiler.stat().st_size} {compiler.stat().st_mtime_ns}"
    return found


ADAPTER = Nixpkgs
